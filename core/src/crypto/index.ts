export { type AlgorithmIdentifier, parseAlgorithmIdentifier } from './algorithm-identifier.ts';
export {
  type CipherName,
  type CipherOps,
  type CipherShape,
  cipherShapes,
  gcmTagLength,
  type KeyEncryption,
} from './cipher-ops.ts';
export { digestLengths, digestOfOid, digestOids } from './digest-oids.ts';
export { verifyEcdsaDigest } from './ecdsa-digest.ts';
export { decodeEcdsaSignature, encodeEcdsaSignature } from './ecdsa-signature.ts';
export type { BlockCipher, KeyWrapOps } from './key-wrap-ops.ts';
export {
  type CryptoOps,
  type DigestAlgorithm,
  type EcCurve,
  type EngineStatus,
  type IncrementalDigest,
  type KeyKind,
  type PrivateKey,
  type PssParameters,
  type PublicKey,
  type SignatureAlgorithm,
  type Sm2Agreement,
  type Sm2AgreementInput,
  type Sm2CiphertextForm,
  type Sm2Ops,
  type Sm2SignatureForm,
  type Sm2SigningKey,
  type Sm4AeadOptions,
  type Sm4AeadStream,
  type Sm4AeadStreamOptions,
  type Sm4Cipher,
  type Sm4CipherOptions,
  type Sm4Ops,
  sm2DefaultUserId,
} from './ops.ts';
export { parsePrivateKey } from './private-key.ts';
export { parsePublicKey, parsePublicKeyNode } from './public-key.ts';
export { requireMatch } from './require-match.ts';
export { parsePssParameters } from './rsa-pss-parameters.ts';
export { selfTest } from './self-test.ts';
export { parseSignatureAlgorithm } from './signature-algorithm.ts';
export { digestsOf } from './signature-digests.ts';
export {
  decodeSm2Cipher,
  encodeSm2Cipher,
  type RawSm2Layout,
  rawSm2Candidates,
  type Sm2Ciphertext,
} from './sm2-cipher.ts';
export { computeZa } from './sm2-za.ts';
