import type { signatureErrors } from '../../errors/rows/signature.ts';
import type { WordsFor } from '../words.ts';

export const signatureWords = {
  ERR_SIGNATURE_INVALID: '签名值不正确',
  ERR_SIGNATURE_ENCODING_INVALID: '签名值编码不正确：{detail}',
  ERR_SIGNATURE_ALGORITHM_MISMATCH: '签名算法 {algorithm} 与密钥类型 {key} 不符',
  ERR_SIGNATURE_ALGORITHM_WEAK: '签名使用了不安全的算法 {algorithm}',
} as const satisfies WordsFor<typeof signatureErrors>;
