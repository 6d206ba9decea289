import type { cmsErrors } from '../../errors/rows/cms.ts';
import type { WordsFor } from '../words.ts';

export const cmsWords = {
  ERR_CMS_MALFORMED: '签名消息格式错误：{field}（第 {offset} 字节）',
  ERR_CMS_CONTENT_TYPE_UNSUPPORTED: '不支持的消息类型 {oid}',
  ERR_CMS_CONTENT_ABSENT: '签名为分离式，需要提供原文',
  ERR_CMS_CONTENT_MISMATCH: '提供的原文与签名消息中的原文不一致',
  ERR_CMS_DIGEST_MISMATCH: '原文已被改动：摘要不一致',
  ERR_CMS_ATTRIBUTE_INVALID: '签名属性不符合规范：{attribute}',
  ERR_CMS_SIGNER_CERTIFICATE_ABSENT: '找不到签名者证书：{signer}',
  ERR_DEVIATION_UNDECLARED: '消息与标准有出入（{deviation}），而颁发机构 {authority} 未在偏差表中登记',
  ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT: '拒绝签名：内容是签名消息的签名属性，请用 signMessage 对原文签名',
  ERR_CMS_NO_SIGNER: '消息中没有签名者',
} as const satisfies WordsFor<typeof cmsErrors>;
