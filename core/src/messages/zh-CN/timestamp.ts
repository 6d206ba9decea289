import type { timestampErrors } from '../../errors/rows/timestamp.ts';
import type { WordsFor } from '../words.ts';

export const timestampWords = {
  ERR_TIMESTAMP_REFUSED: '时间戳机构拒绝了请求：{status}',
  ERR_TIMESTAMP_MALFORMED: '时间戳结构错误：{field}，偏移 {offset}',
  ERR_TIMESTAMP_MISMATCH: '时间戳与所盖内容或请求不符：{field}',
} as const satisfies WordsFor<typeof timestampErrors>;
