export type { EngineChoice } from './node/choose-engine.ts';
export { createNodeCiphers } from './node/ciphers.ts';
export { createNodeCrypto, type NodeCryptoOptions } from './node/create-node-crypto.ts';
export { createNodeKeyWrap } from './node/key-wrap.ts';
export { publicKeyOf } from './node/sign.ts';
export { verifyDigest } from './node/verify-digest.ts';
export { verifyPssDigest } from './node/verify-pss-digest.ts';
export { verifyRsaDigest } from './node/verify-rsa-digest.ts';
