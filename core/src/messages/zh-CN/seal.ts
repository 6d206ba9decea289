import type { sealErrors } from '../../errors/rows/seal.ts';
import type { WordsFor } from '../words.ts';

export const sealWords = {
  ERR_SEAL_NOT_FOUND: '没有找到该印章',
  ERR_SEAL_MALFORMED: '印章结构错误：{field}，偏移 {offset}',
  ERR_SEAL_EXPIRED: '印章“{name}”已于 {notAfter} 失效',
  ERR_SEAL_CERTIFICATE_NOT_PERMITTED: '证书 {subject} 不在该印章允许使用的证书列表中',
  ERR_SEAL_NOT_LAST: '只能撤销文档上最后一个签章',
  ERR_SEAL_NOT_OWN: '只能撤销自己加盖的签章',
} as const satisfies WordsFor<typeof sealErrors>;
