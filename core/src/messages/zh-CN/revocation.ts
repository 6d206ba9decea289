import type { revocationErrors } from '../../errors/rows/revocation.ts';
import type { WordsFor } from '../words.ts';

export const revocationWords = {
  ERR_REVOCATION_REVOKED: '证书已被吊销：{subject}（{revokedAt}，原因：{reason}）',
  ERR_REVOCATION_UNKNOWN: '无法确认证书是否被吊销：{subject}',
  ERR_REVOCATION_MALFORMED: '{source} 数据格式有误：{field}（位置 {offset}）',
  ERR_REVOCATION_NOT_AVAILABLE: '没有提供 {issuer} 的吊销依据',
  ERR_REVOCATION_EXTENSION_UNKNOWN: '{source} 含有无法处理的关键扩展 {oid}，不能使用：{issuer}',
  ERR_REVOCATION_SIGNATURE_INVALID: '{source} 的签名无效：{issuer}',
  ERR_REVOCATION_SIGNER_UNKNOWN: '找不到签发 {source} 的证书：{issuer}',
  ERR_REVOCATION_SIGNER_NOT_AUTHORIZED: '{source} 的签发者未获授权或不受信任（{cause}）：{issuer}',
  ERR_REVOCATION_STALE: '{source} 已过期（签发于 {producedAt}，有效至 {validUntil}，评判时刻 {at}）：{issuer}',
  ERR_REVOCATION_NOT_YET_VALID: '{source} 签发于评判时刻之后（签发于 {producedAt}，评判时刻 {at}）：{issuer}',
  ERR_REVOCATION_OUT_OF_SCOPE: '{source} 的范围不包括该证书：{issuer}',
  ERR_REVOCATION_REASONS_INCOMPLETE: '吊销列表没有覆盖全部吊销原因（缺：{missing}）：{issuer}',
  ERR_REVOCATION_RULE_BROKEN: '{source} 不符合规则 {rule}：{issuer}',
  ERR_REVOCATION_NONCE_MISMATCH: 'OCSP 响应的随机数与请求不符：{issuer}',
  ERR_REVOCATION_RESPONDER_REFUSED: 'OCSP 响应者拒绝答复（{status}）',
  ERR_REVOCATION_CERTIFICATE_UNKNOWN: 'OCSP 响应者不认识该证书：{issuer}',
} as const satisfies WordsFor<typeof revocationErrors>;
