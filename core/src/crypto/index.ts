export {
  type CryptoOps,
  type DigestAlgorithm,
  type EcCurve,
  type IncrementalDigest,
  type KeyKind,
  type PrivateKey,
  type PublicKey,
  type SignatureAlgorithm,
  sm2DefaultUserId,
} from './ops.ts';
