import type { derErrors } from '../../errors/rows/der.ts';
import type { WordsFor } from '../words.ts';

export const derWords = {
  ERR_DER_TRUNCATED: '数据不完整：在第 {offset} 字节处意外结束',
  ERR_DER_TRAILING_DATA: '结构之后还有多余数据（第 {offset} 字节起）',
  ERR_DER_LENGTH_INVALID: '长度编码不符合 DER 规则（第 {offset} 字节）',
  ERR_DER_TAG_UNEXPECTED: '结构不符：第 {offset} 字节应为 {expected}，实际为 {actual}',
  ERR_DER_TAG_INVALID: '标签编码不符合 DER 规则（第 {offset} 字节）',
  ERR_DER_VALUE_INVALID: '{type} 的内容不符合 DER 规则（第 {offset} 字节）',
  ERR_DER_LIMIT_EXCEEDED: '结构过大或过深，已拒绝（限制：{limit}，第 {offset} 字节）',
} as const satisfies WordsFor<typeof derErrors>;
