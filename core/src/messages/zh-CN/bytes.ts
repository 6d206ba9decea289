import type { bytesErrors } from '../../errors/rows/bytes.ts';
import type { WordsFor } from '../words.ts';

export const bytesWords = {
  ERR_BYTES_BASE64_INVALID: 'Base64 内容无效（位置 {offset}）',
  ERR_BYTES_HEX_INVALID: '十六进制内容无效',
  ERR_BYTES_UTF8_INVALID: '文字不是有效的 UTF-8',
  ERR_BYTES_PEM_INVALID: 'PEM 格式无效（第 {line} 行）',
  ERR_BYTES_TOO_LARGE: '内容过大：上限 {limit} 字节，实际 {actual} 字节',
} as const satisfies WordsFor<typeof bytesErrors>;
