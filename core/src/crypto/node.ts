export { createNodeCrypto, type NodeCryptoOptions } from './node/create-node-crypto.ts';
