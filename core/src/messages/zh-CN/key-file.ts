import type { keyFileErrors } from '../../errors/rows/key-file.ts';
import type { WordsFor } from '../words.ts';

export const keyFileWords = {
  ERR_KEY_FILE_MALFORMED: '密钥文件格式错误：{field}，偏移 {offset}',
  ERR_KEY_FILE_PASSWORD_WRONG: '密钥文件的口令不对，或文件已损坏',
  ERR_KEY_FILE_LIMIT_EXCEEDED: '密钥文件要求的计算量超出上限：{limit}',
} as const satisfies WordsFor<typeof keyFileErrors>;
