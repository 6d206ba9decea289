import type { evidenceErrors } from '../../errors/rows/evidence.ts';
import type { WordsFor } from '../words.ts';

export const evidenceWords = {
  ERR_EVIDENCE_URL_UNSUPPORTED: '不能从此地址取证据（{rule}）：{url}',
  ERR_EVIDENCE_ADDRESS_REFUSED: '不允许连接此地址（{address}）：{url}',
  ERR_EVIDENCE_UNREACHABLE: '连不上证据源（{cause}）：{url}',
  ERR_EVIDENCE_TIMEOUT: '证据源在 {timeoutMs} 毫秒内没有答复：{url}',
  ERR_EVIDENCE_STATUS: '证据源答复 HTTP {status}：{url}',
  ERR_EVIDENCE_TOO_LARGE: '证据源的答复超过 {limit} 字节：{url}',
  ERR_EVIDENCE_MALFORMED: '证据源的答复无法解析（{cause}）：{url}',
  ERR_EVIDENCE_REJECTED: '证据源的答复不可采信（{cause}）：{url}',
  ERR_EVIDENCE_WENT_BACK: '证据源给出比已知更旧的吊销列表（已知 {known}，给出 {offered}）：{url}',
  ERR_EVIDENCE_SUSPENDED: '证据源连续失败，{retryAt} 前不再询问（{cause}）：{url}',
} as const satisfies WordsFor<typeof evidenceErrors>;
