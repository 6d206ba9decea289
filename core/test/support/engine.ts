import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';

/** The engine that the product uses in Node, once for a test file. */
export const ops = createNodeCrypto();
export const ciphers = createNodeCiphers(ops);
export const engine = { ops, ciphers };
