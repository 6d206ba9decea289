import type { cryptoErrors } from '../../errors/rows/crypto.ts';
import type { WordsFor } from '../words.ts';

export const cryptoWords = {
  ERR_CRYPTO_ALGORITHM_UNSUPPORTED: '不支持的算法：{algorithm}',
  ERR_CRYPTO_KEY_INVALID: '密钥无效：{detail}',
  ERR_CRYPTO_SELF_TEST_FAILED: '密码引擎 {engine} 自检失败，已停用',
  ERR_CRYPTO_DIGEST_LENGTH: '摘要应为 {expected} 字节，实际为 {actual} 字节',
  ERR_CRYPTO_CIPHERTEXT_INVALID: '数据无法解密：内容被改动、不完整，或不是用本密钥加密的',
  ERR_CRYPTO_PLAINTEXT_EMPTY: '明文为空，没有可加密的内容',
  ERR_CRYPTO_PARAMETER_INVALID: '参数 {parameter} 不允许取值 {value}',
} as const satisfies WordsFor<typeof cryptoErrors>;
