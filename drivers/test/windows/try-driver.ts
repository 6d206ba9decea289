import { writeFileSync } from 'node:fs';
import { equalBytes, utf8Encode } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { Pin } from '../../src/port/index.ts';
import { createSkfDriver } from '../../src/skf/index.ts';

/*
 * Our SKF driver in a Windows Node: `node.exe try-driver.mjs LIBRARY RESULT`, the token folder in ONELOCK_SKF_FOLDER. Writes one JSON
 * object: what ran, and each step with whether it went right.
 */

const [library = '', resultFile = ''] = process.argv.slice(2);
const ops = createNodeCrypto();
const steps: Record<string, boolean | string> = {};
const message = utf8Encode('投标文件');
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const pin = (text: string): Pin => utf8Encode(text) as Pin;

async function run(): Promise<void> {
  const environment = { ONELOCK_SKF_FOLDER: process.env.ONELOCK_SKF_FOLDER ?? '.' };
  const driver = await createSkfDriver({
    id: 'windows',
    family: 'skf',
    library,
    environment,
    quirks: { events: 'native' },
  });
  const [device] = await driver.listDevices();
  if (device === undefined) throw new Error('no device');
  steps.device = device.label === '演示密钥' && device.serialNumber === 'SKF-0001';
  const identities = await driver.listIdentities(device.id);
  const identity = identities.find(({ id }) => id === 'a3');
  const keyOf = (der: Uint8Array | null | undefined): PublicKey => parseCertificate(der ?? new Uint8Array()).publicKey;
  steps.dualCertificate = identity?.signingCertificate != null && identity.encryptionCertificate != null;
  const wrong = await driver.openSession(device.id, pin('000000')).catch((error: unknown) => error);
  steps.wrongPin = isCodedError(wrong) && wrong.code === 'ERR_TOKEN_PIN_INCORRECT' && wrong.params.retriesLeft === 7;
  const session = await driver.openSession(device.id, pin('123456'));
  const signature = await driver.sign(session, 'a3', algorithm, { kind: 'message', bytes: message });
  steps.sign = ops.verify(keyOf(identity?.signingCertificate), algorithm, message, signature);
  const secret = ops.random(16);
  const encryptionKey = keyOf(identity?.encryptionCertificate);
  const ciphertext = ops.sm2.encrypt(encryptionKey, secret, 'asn1');
  const key = { identityId: 'a3', certificate: null };
  steps.decrypt = equalBytes(await driver.decrypt(session, key, { kind: 'sm2' }, ciphertext), secret);
  const [iv, plain] = [ops.random(16), ops.random(48)];
  const cipher = ops.sm4.createCipher({
    mode: 'cbc',
    direction: 'encrypt',
    padding: 'none',
    key: Uint8Array.from(secret),
    iv,
  });
  const content = {
    encryptedKey: ciphertext,
    cipher: 'sm4-cbc',
    iv,
    ciphertext: cipher.update(plain),
    last: false,
  } as const;
  // SKF_DecryptInit takes its structure by value.
  steps.decryptContent = equalBytes(await driver.decryptContent(session, key, { kind: 'sm2' }, content), plain);
  const made = await driver.generateKeyPair(session, 'sm2', 'windows');
  const signed = await driver.sign(session, made.identityId, algorithm, { kind: 'message', bytes: message });
  steps.generate = ops.verify(parsePublicKey(made.publicKey), algorithm, message, signed);
  await driver.changePin(device.id, pin('123456'), pin('24681357'));
  await driver.closeSession(await driver.openSession(device.id, pin('24681357')));
  await driver.unblockPin(device.id, pin('87654321'), pin('123456'));
  steps.pinLife = true;
  steps.random = (await driver.random(device.id, 64)).length === 64;
  await driver.close();
  steps.closed = true;
}

async function tryAll(): Promise<void> {
  try {
    await run();
  } catch (error) {
    steps.failure = isCodedError(error)
      ? `${error.code} ${JSON.stringify(error.params)} ${JSON.stringify(error.native ?? null)}`
      : String(error instanceof Error ? error.stack : error);
  }
  const { platform, arch, version } = process;
  writeFileSync(resultFile, JSON.stringify({ platform, arch, version, engine: ops.engine, steps }, null, 2));
  process.exit(0);
}

void tryAll();
