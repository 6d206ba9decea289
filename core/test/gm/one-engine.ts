// What the engine that the environment names can do, as one line of JSON: see choose-engine.test.ts.
import { equalBytes, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';

const ops = createNodeCrypto();
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
const message = utf8Encode('开标一览表');

/** Whether it comes back; false where the engine has no such thing. */
function returns(there: () => Uint8Array): boolean {
  try {
    return equalBytes(there(), message);
  } catch {
    return false;
  }
}

const sealing = { mode: 'gcm', key: ops.random(16), nonce: ops.random(12) } as const;
const report = {
  inUse: ops.engines.find(({ state }) => state === 'in-use')?.name,
  signs: ops.verify(publicKey, algorithm, message, ops.sign(privateKey, algorithm, message)),
  encrypts: returns(() => ops.sm2.decrypt(privateKey, ops.sm2.encrypt(publicKey, message))),
  seals: returns(() => ops.sm4.open(sealing, ops.sm4.seal(sealing, message))),
};
process.stdout.write(JSON.stringify(report));
