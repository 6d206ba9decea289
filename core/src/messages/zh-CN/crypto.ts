import type { cryptoErrors } from '../../errors/rows/crypto.ts';
import type { WordsFor } from '../words.ts';

export const cryptoWords = {
  ERR_CRYPTO_ALGORITHM_UNSUPPORTED: '不支持的算法：{algorithm}',
  ERR_CRYPTO_KEY_INVALID: '密钥无效：{detail}',
  ERR_CRYPTO_SELF_TEST_FAILED: '密码引擎 {engine} 自检失败，已停用',
} as const satisfies WordsFor<typeof cryptoErrors>;
