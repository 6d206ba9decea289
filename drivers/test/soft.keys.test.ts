import { renameSync } from 'node:fs';
import path from 'node:path';
import { concatBytes, equalBytes, utf8Encode } from '@onelock/core/bytes';
import {
  decodeSm2Cipher,
  encodeSm2Cipher,
  type PublicKey,
  parsePublicKey,
  sm2DefaultUserId,
} from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate, prepareCertificateRequest } from '@onelock/core/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, SessionId, TokenDriver } from '../src/port/index.ts';
import { createSoftDriver, type SoftTokenContents } from '../src/soft/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const demo = 'demo' as DeviceId;
const sm2 = { kind: 'sm2' } as const;
const sm2Sign = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const message = utf8Encode('投标文件');
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(changes: Partial<SoftTokenContents> = {}) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const file = await writeTestToken(folder, changes);
  const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
  endings.push(() => driver.close());
  const aside = path.join(path.dirname(folder), 'pulled-out');
  return {
    driver,
    file,
    pull: () => renameSync(file, aside),
    session: await driver.openSession(demo, pinOf('123456')),
  };
}

const keyOf = (certificate: Uint8Array | null | undefined): PublicKey => {
  if (!certificate) throw new Error('no certificate');
  return parseCertificate(certificate).publicKey;
};
const identityOf = async (driver: TokenDriver, id: string) => {
  const found = (await driver.listIdentities(demo)).find((identity) => identity.id === id);
  if (found === undefined) throw new Error(`no identity ${id}`);
  return found;
};
const encryptionCertificate = sm2Identity.encryption?.certificate ?? new Uint8Array();

describe('decryption with a soft token', () => {
  it('opens what was encrypted to the encryption certificate, named or not', async () => {
    const { driver, session } = await start();
    const secret = ops.random(16);
    const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
    for (const certificate of [null, encryptionCertificate])
      expect(await driver.decrypt(session, { identityId: 'a3', certificate }, sm2, ciphertext)).toEqual(secret);
  });

  it.each([
    { kind: 'rsa-pkcs1v15' },
    { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' },
    { kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha1' },
  ] as const)('opens RSA key transport: $kind $digest', async (scheme) => {
    const encryption = rsaIdentity.signing;
    const { driver, session } = await start({ identities: [{ ...rsaIdentity, encryption }] });
    const secret = ops.random(32);
    const ciphertext = ciphers.encryptKey(keyOf(encryption.certificate), scheme, secret);
    expect(await driver.decrypt(session, { identityId: 'a1', certificate: null }, scheme, ciphertext)).toEqual(secret);
  });

  it('gives one error for whatever is wrong with the ciphertext, and others for what is wrong with the question', async () => {
    const { driver, session } = await start();
    const good = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, ops.random(16));
    const { c1, c2, c3 } = decodeSm2Cipher(good);
    const flipped = encodeSm2Cipher({ c1, c2, c3: c3.map((byte, index) => (index === 5 ? byte ^ 1 : byte)) });
    const key = { identityId: 'a3', certificate: null };
    for (const wrong of [flipped, good.subarray(0, 40), message, concatBytes(good, Uint8Array.of(0))])
      await expect(failure(driver.decrypt(session, key, sm2, wrong))).resolves.toFailWith(
        'ERR_ENVELOPE_CONTENT_INVALID',
      );
    const rsa = { kind: 'rsa-pkcs1v15' } as const;
    await expect(failure(driver.decrypt(session, key, rsa, good))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
    const cases = [
      [{ identityId: 'a9', certificate: null }, 'ERR_TOKEN_KEY_NOT_FOUND'],
      [{ identityId: 'a1', certificate: null }, 'ERR_TOKEN_KEY_USAGE'],
      [{ identityId: 'a3', certificate: rsaIdentity.signing.certificate }, 'ERR_TOKEN_KEY_NOT_FOUND'],
      // A signing certificate is no recipient.
      [{ identityId: 'a3', certificate: sm2Identity.signing.certificate }, 'ERR_TOKEN_KEY_USAGE'],
    ] as const;
    for (const [wrongKey, code] of cases)
      await expect(failure(driver.decrypt(session, wrongKey, sm2, good))).resolves.toFailWith(code);
  });

  it.each(['sm4-cbc', 'aes-128-cbc', 'aes-256-cbc'] as const)(
    'opens content in parts, its key staying inside: %s',
    async (cipher) => {
      const { driver, session } = await start();
      const plain = ops.random(1000);
      const contentKey = ops.random(cipher === 'aes-256-cbc' ? 32 : 16);
      const iv = ops.random(16);
      const ciphertext = ciphers.encrypt(cipher, contentKey, iv, plain);
      const encryptedKey = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, contentKey);
      const key = { identityId: 'a3', certificate: null };
      const part = (from: number, to: number, last: boolean) =>
        driver.decryptContent(session, key, sm2, {
          encryptedKey,
          cipher,
          iv: from === 0 ? iv : ciphertext.subarray(from - 16, from),
          ciphertext: ciphertext.subarray(from, to),
          last,
        });
      const parts = [await part(0, 320, false), await part(320, 640, false), await part(640, ciphertext.length, true)];
      expect(equalBytes(concatBytes(...parts), plain)).toBe(true);
      await expect(failure(part(0, 320, true))).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    },
  );

  it('ends when the token is pulled out in the middle', async () => {
    const { driver, session, pull } = await start({ testSignDelayMs: 60_000 });
    const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, ops.random(16));
    const decrypting = failure(driver.decrypt(session, { identityId: 'a3', certificate: null }, sm2, ciphertext));
    pull();
    await expect(decrypting).resolves.toFailWith('ERR_TOKEN_REMOVED');
  });
});

describe("a soft token's PINs", () => {
  it('can be changed by who knows the old one, which then is no factory PIN any more', async () => {
    const { driver } = await start({ defaultPin: true });
    const [old, fresh] = [pinOf('123456'), pinOf('97531864')];
    await driver.changePin(demo, old, fresh);
    expect([...old, ...fresh].every((byte) => byte === 0)).toBe(true);
    expect(await driver.pinStatus(demo)).toMatchObject({ isDefault: false, retriesLeft: 10 });
    expect(await failure(driver.openSession(demo, pinOf('123456')))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    const session = await driver.openSession(demo, pinOf('97531864'));
    expect(await driver.sign(session, 'a3', sm2Sign, { kind: 'message', bytes: message })).toBeInstanceOf(Uint8Array);
  });

  it('cost one try for a wrong old one, and none for a new one of impossible length', async () => {
    const { driver } = await start();
    const wrong = await failure(driver.changePin(demo, pinOf('000000'), pinOf('97531864')));
    expect(wrong).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(wrong).toMatchObject({ params: { retriesLeft: 9 } });
    expect(await failure(driver.changePin(demo, pinOf('123456'), pinOf('1')))).toFailWith('ERR_TOKEN_PIN_LENGTH');
    expect(await driver.pinStatus(demo)).toMatchObject({ retriesLeft: 9 });
    expect(await driver.openSession(demo, pinOf('123456'))).toBeTypeOf('string');
  });

  it('keep a session that was open before', async () => {
    const { driver, session } = await start();
    await driver.changePin(demo, pinOf('123456'), pinOf('97531864'));
    expect(await driver.sign(session, 'a3', sm2Sign, { kind: 'message', bytes: message })).toBeInstanceOf(Uint8Array);
  });

  it('are unblocked with the administrator PIN, which counts for itself', async () => {
    const { driver } = await start({ pinRetries: 2, administratorPin: '86427531' });
    for (let attempt = 0; attempt < 2; attempt += 1) await failure(driver.openSession(demo, pinOf('000000')));
    expect(await driver.pinStatus(demo)).toMatchObject({ locked: true });
    expect(await driver.pinStatus(demo, 'admin')).toMatchObject({ locked: false, retriesLeft: 2 });
    const wrong = await failure(driver.unblockPin(demo, pinOf('00000000'), pinOf('24681357')));
    expect(wrong).toMatchObject({ code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: 1 } });
    expect(await driver.pinStatus(demo, 'admin')).toMatchObject({ retriesLeft: 1, low: true });
    await driver.unblockPin(demo, pinOf('86427531'), pinOf('24681357'));
    expect(await driver.pinStatus(demo)).toMatchObject({ locked: false, retriesLeft: 2 });
    expect(await driver.pinStatus(demo, 'admin')).toMatchObject({ retriesLeft: 2 });
    expect(await driver.openSession(demo, pinOf('24681357'))).toBeTypeOf('string');
    // The administrator's PIN unlocks no key.
    expect(await failure(driver.openSession(demo, pinOf('86427531')))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
  });

  it("are unblocked by the CA's response to the newest request, once", async () => {
    const { answerSoftUnblock } = await import('../src/soft/index.ts');
    const recoveryKey = ops.random(32);
    const { driver } = await start({ pinRetries: 1, recoveryKey });
    await failure(driver.openSession(demo, pinOf('000000')));
    const holder = { serialNumber: 'SOFT-0001', recoveryKey };
    const first = await driver.requestUnblock(demo);
    const second = await driver.requestUnblock(demo);
    expect(second.validSeconds).toBeGreaterThan(0);
    const stale = answerSoftUnblock(ops, first.request, holder);
    expect(await failure(driver.finishUnblock(demo, stale, pinOf('24681357')))).toFailWith('ERR_TOKEN_UNBLOCK_REFUSED');
    const spent = answerSoftUnblock(ops, second.request, holder);
    expect(await failure(driver.finishUnblock(demo, spent, pinOf('24681357')))).toFailWith('ERR_TOKEN_UNBLOCK_REFUSED');
    const foreign = answerSoftUnblock(ops, (await driver.requestUnblock(demo)).request, {
      ...holder,
      recoveryKey: ops.random(32),
    });
    expect(await failure(driver.finishUnblock(demo, foreign, pinOf('24681357')))).toFailWith(
      'ERR_TOKEN_UNBLOCK_REFUSED',
    );
    expect(await driver.pinStatus(demo)).toMatchObject({ locked: true });
    const good = answerSoftUnblock(ops, (await driver.requestUnblock(demo)).request, holder);
    await driver.finishUnblock(demo, good, pinOf('24681357'));
    expect(await driver.openSession(demo, pinOf('24681357'))).toBeTypeOf('string');
  });

  it('say what a token made without them cannot do', async () => {
    const { driver } = await start();
    const [device] = await driver.listDevices();
    expect(device?.capabilities).not.toContain('unblock-pin');
    expect(device?.lacks?.map(({ capability, reason }) => [capability, reason])).toEqual([
      ['unblock-pin', 'token'],
      ['unblock-pin-remote', 'token'],
    ]);
    const pins = [pinOf('86427531'), pinOf('24681357')] as const;
    expect(await failure(driver.unblockPin(demo, ...pins))).toFailWith('ERR_CALL_UNSUPPORTED');
    expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
    expect(await failure(driver.requestUnblock(demo))).toFailWith('ERR_CALL_UNSUPPORTED');
    expect(await failure(driver.pinStatus(demo, 'admin'))).toFailWith('ERR_CALL_UNSUPPORTED');
  });
});

describe.each(['in-process', 'hosted'] as const)('the life of keys on a soft token, %s', (place) => {
  const ca = new CaSide(ops);
  let driver: TokenDriver;
  let session: SessionId;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const { folder, remove } = newTokenFolder();
    await writeTestToken(folder);
    const config = { id: 'soft', family: 'soft', folder } as const;
    driver = place === 'hosted' ? await startHostedDriver(config) : await createSoftDriver(config);
    close = async () => {
      await driver.close();
      remove();
    };
    session = await driver.openSession(demo, pinOf('123456'));
  });
  afterAll(() => close?.());

  it('makes key pairs that sign a request at once, and takes the certificate of that key alone', async () => {
    for (const keySpec of ['sm2', 'rsa-2048', 'p256'] as const) {
      const { identityId, publicKey: spki } = await driver.generateKeyPair(session, keySpec, `容器 ${keySpec}`);
      const publicKey = parsePublicKey(spki);
      const fresh = await identityOf(driver, identityId);
      expect(fresh).toMatchObject({ label: `容器 ${keySpec}`, signingCertificate: null, encryptionCertificate: null });
      expect(equalBytes(fresh.uncertifiedSigningKey ?? new Uint8Array(), spki)).toBe(true);
      const subjectDer = parseCertificate(sm2Identity.signing.certificate).subject.der;
      const request = prepareCertificateRequest({ subjectDer, publicKey }, ops);
      const signature = await driver.sign(session, identityId, request.algorithm, {
        kind: 'message',
        bytes: request.toBeSigned,
      });
      // Verifies what it assembles.
      expect(request.assemble(signature).length).toBeGreaterThan(64);
      const foreign = failure(
        driver.importCertificate(session, identityId, 'signing', sm2Identity.signing.certificate),
      );
      await expect(foreign).resolves.toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
      const none = driver.importCertificate(session, identityId, 'encryption', ca.certify(publicKey, 'encryption'));
      await expect(failure(none)).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
      const certificate = ca.certify(publicKey, 'signing');
      await driver.importCertificate(session, identityId, 'signing', certificate);
      const certified = await identityOf(driver, identityId);
      expect(equalBytes(certified.signingCertificate ?? new Uint8Array(), certificate)).toBe(true);
      expect(certified.uncertifiedSigningKey).toBeUndefined();
      const bytes = await driver.sign(session, identityId, request.algorithm, { kind: 'message', bytes: message });
      expect(ops.verify(publicKey, request.algorithm, message, bytes)).toBe(true);
    }
  });

  it('renews an encryption key again and again, and opens what was made for each before', async () => {
    const signingKey = keyOf((await identityOf(driver, 'a3')).signingCertificate);
    const certificates = [encryptionCertificate];
    const layouts = ['bare', 'zeros-after', 'whole'] as const;
    for (const [index, layout] of layouts.entries()) {
      const { pair, publicKey } = ca.deliver(signingKey, layout);
      const certificate = ca.certify(publicKey, 'encryption');
      await driver.importEncryptionKeyPair(session, 'a3', pair, index === 1 ? null : certificate);
      if (index === 1) await driver.importCertificate(session, 'a3', 'encryption', certificate);
      // The same delivery twice changes nothing.
      await driver.importEncryptionKeyPair(session, 'a3', pair, certificate);
      certificates.unshift(certificate);
      const identity = await identityOf(driver, 'a3');
      const listed = [identity.encryptionCertificate, ...(identity.earlierEncryption ?? [])];
      expect(listed.map((der) => Buffer.from(der ?? []).toString('hex'))).toEqual(
        certificates.map((der) => Buffer.from(der).toString('hex')),
      );
    }
    for (const certificate of certificates) {
      const secret = ops.random(16);
      const ciphertext = ciphers.encryptKey(keyOf(certificate), sm2, secret);
      const opened = await driver.decrypt(session, { identityId: 'a3', certificate }, sm2, ciphertext);
      expect(equalBytes(opened, secret)).toBe(true);
    }
  });

  it('refuses a delivery for another key, with another certificate, damaged, or for a key that is not SM2', async () => {
    const before = await identityOf(driver, 'a3');
    const signingKey = keyOf(before.signingCertificate);
    const { pair, publicKey } = ca.deliver(signingKey);
    const other = ca.deliver(ops.generateKeyPair(sm2).publicKey);
    const cases = [
      [other.pair, ca.certify(other.publicKey, 'encryption'), 'ERR_ENVELOPE_CONTENT_INVALID'],
      [pair, ca.certify(other.publicKey, 'encryption'), 'ERR_TOKEN_CERTIFICATE_MISMATCH'],
      [{ ...pair, publicPoint: other.pair.publicPoint }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
      [{ ...pair, encryptedSymmetricKey: message }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
      [{ ...pair, cipher: 'sm1' }, ca.certify(publicKey, 'encryption'), 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
    ] as const;
    for (const [wrong, certificate, code] of cases)
      await expect(failure(driver.importEncryptionKeyPair(session, 'a3', wrong, certificate))).resolves.toFailWith(
        code,
      );
    await expect(failure(driver.importEncryptionKeyPair(session, 'a1', pair, null))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
    expect(await identityOf(driver, 'a3')).toEqual(before);
  });

  it('shows all of it in a new session', async () => {
    expect((await identityOf(driver, 'a3')).earlierEncryption).toHaveLength(3);
    const fresh = await driver.openSession(demo, pinOf('123456'));
    const ids = (await driver.listIdentities(demo)).map(({ id }) => id);
    expect(ids).toEqual(['a1', 'a2', 'a3', 'key-1', 'key-2', 'key-3']);
    await driver.closeSession(fresh);
  });
});

describe('changes of keys on a soft token', () => {
  it('lose nothing that another session wrote at the same time', async () => {
    const { driver, session } = await start({ testSignDelayMs: 20 });
    const other = await driver.openSession(demo, pinOf('123456'));
    await Promise.all([
      driver.generateKeyPair(session, 'sm2', 'one'),
      driver.generateKeyPair(other, 'p256', 'two'),
      driver.changePin(demo, pinOf('123456'), pinOf('97531864')),
      driver.generateKeyPair(session, 'sm2', 'three'),
    ]);
    const labels = (await driver.listIdentities(demo)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['one', 'two', 'three']));
    expect(await driver.openSession(demo, pinOf('97531864'))).toBeTypeOf('string');
  });

  it('say when the token is full', async () => {
    const { driver, session } = await start({ identities: [] });
    for (let index = 0; index < 32; index += 1) await driver.generateKeyPair(session, 'sm2', `${index}`);
    await expect(failure(driver.generateKeyPair(session, 'sm2', 'one more'))).resolves.toFailWith('ERR_TOKEN_FULL');
  });

  it('are not written to a token that was pulled out meanwhile', async () => {
    const { driver, session, pull } = await start({ testSignDelayMs: 60_000 });
    const generating = failure(driver.generateKeyPair(session, 'sm2', 'x'));
    const importing = failure(driver.importCertificate(session, 'a3', 'signing', sm2Identity.signing.certificate));
    await new Promise((resolve) => setTimeout(resolve, 50));
    pull();
    await expect(generating).resolves.toFailWith('ERR_TOKEN_REMOVED');
    await expect(importing).resolves.toFailWith('ERR_TOKEN_REMOVED');
  });
});

describe('files on a soft token', () => {
  const seal = utf8Encode('a seal');
  const secret = utf8Encode('for the holder alone');
  const files = [
    { name: '公章.esl', content: seal },
    { name: 'secret.bin', content: secret, needsPin: true },
  ];

  it('are listed with their size, and read with a session where they need one', async () => {
    const { driver, session } = await start({ files });
    expect(await driver.listFiles(demo)).toEqual([
      { name: '公章.esl', size: seal.length, needsPin: false },
      { name: 'secret.bin', size: secret.length, needsPin: true },
    ]);
    expect(equalBytes(await driver.readFile(demo, '公章.esl', null), seal)).toBe(true);
    expect(equalBytes(await driver.readFile(demo, 'secret.bin', session), secret)).toBe(true);
    await expect(failure(driver.readFile(demo, 'secret.bin', null))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    await expect(failure(driver.readFile(demo, 'none', session))).resolves.toFailWith('ERR_TOKEN_FILE_NOT_FOUND');
  });
});
