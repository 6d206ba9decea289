import type { x509Errors } from '../../errors/rows/x509.ts';
import type { WordsFor } from '../words.ts';

export const x509Words = {
  ERR_X509_MALFORMED: '证书格式错误：{field}（第 {offset} 字节）',
  ERR_X509_EXTENSION_DUPLICATE: '证书含有重复的扩展项 {oid}',
  ERR_X509_SIGNATURE_ALGORITHMS_DIFFER: '证书内外两处声明的签名算法不一致：{outer} 与 {inner}',
  ERR_X509_EXTENSION_ABSENT: '证书中没有扩展项 {oid}',
  ERR_X509_ENTRIES_EXCEEDED: '证书字段 {field} 的条目超过 {limit} 个，无法完整列出',
} as const satisfies WordsFor<typeof x509Errors>;
