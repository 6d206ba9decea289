import type { timestampErrors } from '../../errors/rows/timestamp.ts';
import type { WordsFor } from '../words.ts';

export const timestampWords = {
  ERR_TIMESTAMP_UNAVAILABLE: '没有可用的时间戳服务',
  ERR_TIMESTAMP_REFUSED: '时间戳机构拒绝了请求：{status}',
  ERR_TIMESTAMP_MALFORMED: '时间戳结构错误：{field}，偏移 {offset}',
  ERR_TIMESTAMP_AUTHORITY_INVALID: '时间戳机构的证书不合时间戳之用：{rule}',
  ERR_TIMESTAMP_FORM_UNSUPPORTED: '不支持这种时间证明：{form}',
  ERR_TIMESTAMP_MISMATCH: '时间戳与所盖内容或请求不符：{field}',
} as const satisfies WordsFor<typeof timestampErrors>;
