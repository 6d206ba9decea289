import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import type { DeviceId, SkfQuirks, TokenDriver } from '../src/port/index.ts';
import { createSkfDriver } from '../src/skf/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import {
  buildSkfLibrary,
  type SkfBuild,
  type SkfLibraryFile,
  skfAdminPin,
  skfCompiler,
  skfParts,
  skfPin,
  writeSkfToken,
} from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const ca = new CaSide(ops);
const sm2 = { kind: 'sm2' } as const;
const rsa = { kind: 'rsa-pkcs1v15' } as const;
const sm2Sign = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const device = 'SKF-0001/SJKJ' as DeviceId;
const encryptionCertificate = sm2Identity.encryption?.certificate ?? new Uint8Array();
const encryptionKey = { identityId: sm2Identity.id, certificate: null } as const;
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const keyOf = (certificate: Uint8Array | null | undefined): PublicKey => {
  if (!certificate) throw new Error('no certificate');
  return parseCertificate(certificate).publicKey;
};
const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex');

requireReal(skfParts, skfCompiler())('the keys of an SKF token', (compiler) => {
  const builds = {
    blob: { packing: 'pack1', ulongBytes: 4 },
    flagged: { packing: 'natural', ulongBytes: 4, privateDecrypt: 'flagged' },
    bytes: { packing: 'natural', ulongBytes: 8, privateDecrypt: 'bytes' },
    none: { packing: 'pack1', ulongBytes: 8, privateDecrypt: 'none' },
    /** As on Windows, where there is no OpenSSL. */
    engine: { packing: 'pack1', ulongBytes: 4, crypto: 'engine' },
  } as const satisfies Record<string, SkfBuild>;
  type BuildName = keyof typeof builds;
  const libraries = new Map<BuildName, SkfLibraryFile>();
  /** What a manifest says of the functions that the name alone does not explain. */
  const vendors: Record<BuildName, SkfQuirks['privateDecrypt']> = {
    blob: undefined,
    flagged: [
      { name: 'SKF_PrvKeyDecrypt', algorithm: 'sm2', form: 'flag-blob', encryptionFlag: 1 },
      { name: 'SKF_RSADecrypt', algorithm: 'rsa', form: 'flag-bytes', encryptionFlag: 1 },
    ],
    bytes: [
      { name: 'SKF_ECCDecrypt', algorithm: 'sm2', form: 'bytes' },
      { name: 'SKF_RSADecrypt', algorithm: 'rsa', form: 'bytes' },
    ],
    none: undefined,
    engine: undefined,
  };

  beforeAll(() => {
    for (const [name, build] of Object.entries(builds))
      libraries.set(name as BuildName, buildSkfLibrary(compiler, build));
  });
  afterAll(() => {
    for (const { remove } of libraries.values()) remove();
  });

  async function start(build: BuildName = 'blob', traits = '', quirks: SkfQuirks = {}) {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    const place = writeSkfToken(folder);
    const before = process.cwd();
    endings.push(() => process.chdir(before));
    process.chdir(folder);
    const { packing, ulongBytes } = builds[build];
    const privateDecrypt = vendors[build];
    const config = skfConfig(libraries.get(build)?.library ?? '', folder, {
      quirks: { packing, ulongBytes, ...(privateDecrypt && { privateDecrypt }), ...quirks },
      environment: { ONELOCK_SKF_TRAITS: traits },
    });
    const driver = await createSkfDriver(config);
    endings.push(() => driver.close());
    return {
      driver,
      folder,
      application: path.join(place, 'SJKJ'),
      session: await driver.openSession(device, pinOf(skfPin)),
    };
  }

  const capabilitiesOf = async (driver: TokenDriver) => (await driver.listDevices())[0]?.capabilities ?? [];
  const identityOf = async (driver: TokenDriver, id: string) => {
    const found = (await driver.listIdentities(device)).find((identity) => identity.id === id);
    if (found === undefined) throw new Error(`no identity ${id}`);
    return found;
  };

  describe('that are to decrypt', () => {
    it.each(['blob', 'flagged', 'bytes'] as const)(
      'open SM2 and RSA by the vendor’s own functions: %s',
      async (build) => {
        const { driver, session } = await start(build);
        expect(await capabilitiesOf(driver)).toContain('decrypt');
        for (let round = 0; round < 3; round += 1) {
          const secret = ops.random(16 + round);
          const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
          for (const certificate of [null, encryptionCertificate])
            expect(hex(await driver.decrypt(session, { ...encryptionKey, certificate }, sm2, ciphertext))).toBe(
              hex(secret),
            );
        }
        const secret = ops.random(32);
        const certificate = rsaIdentity.signing.certificate;
        const ciphertext = ciphers.encryptKey(keyOf(certificate), rsa, secret);
        expect(hex(await driver.decrypt(session, { identityId: rsaIdentity.id, certificate }, rsa, ciphertext))).toBe(
          hex(secret),
        );
      },
    );

    it('do so with our own engine inside of the library, as on Windows', async () => {
      const { driver, session } = await start('engine');
      const secret = ops.random(100);
      const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
      expect(hex(await driver.decrypt(session, encryptionKey, sm2, ciphertext))).toBe(hex(secret));
      const { identityId, publicKey } = await driver.generateKeyPair(session, 'sm2', 'made');
      const signature = await driver.sign(session, identityId, sm2Sign, message);
      expect(ops.verify(parsePublicKey(publicKey), sm2Sign, message.bytes, signature)).toBe(true);
      const { pair, publicKey: delivered } = ca.deliver(parsePublicKey(publicKey));
      await driver.importEncryptionKeyPair(session, identityId, pair, null);
      const key = { identityId, certificate: null };
      const [contentKey, iv, plain] = [ops.random(16), ops.random(16), ops.random(500)];
      const sealed = ciphers.encrypt('sm4-cbc', contentKey, iv, plain);
      const encryptedKey = ciphers.encryptKey(delivered, sm2, contentKey);
      const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext: sealed, last: true } as const;
      expect(equalBytes(await driver.decryptContent(session, key, sm2, content), plain)).toBe(true);
    });

    it.each(['left-aligned', 'small-buffers'])('do so with %s too', async (trait) => {
      const { driver, session } = await start('blob', trait);
      const secret = ops.random(16);
      const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
      expect(hex(await driver.decrypt(session, encryptionKey, sm2, ciphertext))).toBe(hex(secret));
    });

    it('take the padding of RSA off where the library leaves it on', async () => {
      const { driver, session } = await start('blob', 'padded-decrypt');
      const secret = ops.random(24);
      const ciphertext = ciphers.encryptKey(keyOf(rsaIdentity.signing.certificate), rsa, secret);
      const key = { identityId: rsaIdentity.id, certificate: null };
      expect(hex(await driver.decrypt(session, key, rsa, ciphertext))).toBe(hex(secret));
    });

    it('give one error for whatever is wrong with the ciphertext, and others for what is wrong with the question', async () => {
      const { driver, session } = await start();
      const good = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, ops.random(16));
      const { c1, c2, c3 } = decodeSm2Cipher(good);
      const flipped = encodeSm2Cipher({ c1, c2, c3: c3.map((byte, index) => (index === 5 ? byte ^ 1 : byte)) });
      for (const wrong of [flipped, good.subarray(0, 40), concatBytes(good, Uint8Array.of(0))])
        await expect(failure(driver.decrypt(session, encryptionKey, sm2, wrong))).resolves.toFailWith(
          'ERR_ENVELOPE_CONTENT_INVALID',
        );
      const cases = [
        [{ identityId: 'none', certificate: null }, sm2, 'ERR_TOKEN_KEY_NOT_FOUND'],
        [{ ...encryptionKey, certificate: rsaIdentity.signing.certificate }, sm2, 'ERR_TOKEN_KEY_NOT_FOUND'],
        [{ ...encryptionKey, certificate: sm2Identity.signing.certificate }, sm2, 'ERR_TOKEN_KEY_USAGE'],
        [encryptionKey, rsa, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
        [{ identityId: rsaIdentity.id, certificate: null }, sm2, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
      ] as const;
      for (const [key, scheme, code] of cases)
        await expect(failure(driver.decrypt(session, key, scheme, good)), code).resolves.toFailWith(code);
    });

    it('open content by a session key that stays inside, where the vendor added nothing', async () => {
      const { driver, session } = await start('none');
      const [shown] = await driver.listDevices();
      expect(shown?.capabilities).not.toContain('decrypt');
      expect(shown?.capabilities).toContain('decrypt-content');
      expect(shown?.lacks).toContainEqual(expect.objectContaining({ capability: 'decrypt', reason: 'library' }));
      const plain = ops.random(5000);
      const [contentKey, iv] = [ops.random(16), ops.random(16)];
      const ciphertext = ciphers.encrypt('sm4-cbc', contentKey, iv, plain);
      for (const [key, scheme, certificate] of [
        [encryptionKey, sm2, encryptionCertificate],
        [{ identityId: rsaIdentity.id, certificate: null }, rsa, rsaIdentity.signing.certificate],
      ] as const) {
        const encryptedKey = ciphers.encryptKey(keyOf(certificate), scheme, contentKey);
        const part = (from: number, to: number, last: boolean) =>
          driver.decryptContent(session, key, scheme, {
            ...{ encryptedKey, cipher: 'sm4-cbc', last, ciphertext: ciphertext.subarray(from, to) },
            iv: from === 0 ? iv : ciphertext.subarray(from - 16, from),
          });
        const parts = [await part(0, 3200, false), await part(3200, ciphertext.length, true)];
        expect(equalBytes(concatBytes(...parts), plain)).toBe(true);
        await expect(failure(part(0, 3200, true))).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      }
      const encryptedKey = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, contentKey);
      const aes = {
        encryptedKey,
        cipher: 'aes-128-cbc',
        iv,
        ciphertext: ciphertext.subarray(0, 32),
        last: false,
      } as const;
      await expect(failure(driver.decryptContent(session, encryptionKey, sm2, aes))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
      const ciphered = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, contentKey);
      await expect(failure(driver.decrypt(session, encryptionKey, sm2, ciphered))).resolves.toFailWith(
        'ERR_CALL_UNSUPPORTED',
      );
    });

    it('say that a function does not decrypt, after it was tried, when it is described wrongly', async () => {
      // C1 ‖ C3 ‖ C2 where the library takes a blob: it says no, or yes to nonsense.
      const privateDecrypt = [
        { name: 'SKF_ECCPrvKeyDecrypt', algorithm: 'sm2', form: 'flag-blob', encryptionFlag: 0 },
      ] as const;
      const { driver, session } = await start('blob', '', {
        privateDecrypt: [...privateDecrypt.map((row) => ({ ...row, name: 'SKF_ECCSignData' }))],
      });
      const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, ops.random(16));
      await expect(failure(driver.decrypt(session, encryptionKey, sm2, ciphertext))).resolves.toFailWith(
        'ERR_CALL_UNSUPPORTED',
      );
      expect(await capabilitiesOf(driver)).not.toContain('decrypt');
      expect(await driver.sign(session, sm2Identity.id, sm2Sign, message)).toBeInstanceOf(Uint8Array);
    });
  });

  describe('that are made on it', () => {
    it.each([
      ['blob', ''],
      ['flagged', 'sgd-0006'],
      ['bytes', 'left-aligned'],
      ['none', 'small-buffers'],
    ] as const)('sign a request at once and take the certificate of that key alone: %s %s', async (build, traits) => {
      const { driver, session } = await start(build, traits);
      expect((await driver.listDevices())[0]?.keySpecs).toEqual(['sm2', 'rsa-2048']);
      for (const keySpec of ['sm2', 'rsa-2048'] as const) {
        const { identityId, publicKey: spki } = await driver.generateKeyPair(session, keySpec, keySpec);
        expect(identityId).toBe(keySpec);
        const publicKey = parsePublicKey(spki);
        const fresh = await identityOf(driver, identityId);
        expect(fresh).toMatchObject({ signingCertificate: null, encryptionCertificate: null });
        expect(hex(fresh.uncertifiedSigningKey)).toBe(hex(spki));
        const subjectDer = parseCertificate(sm2Identity.signing.certificate).subject.der;
        const request = prepareCertificateRequest({ subjectDer, publicKey }, ops);
        const bytes = request.toBeSigned;
        const signature = await driver.sign(session, identityId, request.algorithm, { kind: 'message', bytes });
        // Verifies what it assembles.
        expect(request.assemble(signature).length).toBeGreaterThan(64);
        const foreign = driver.importCertificate(session, identityId, 'signing', sm2Identity.signing.certificate);
        await expect(failure(foreign)).resolves.toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
        const none = driver.importCertificate(session, identityId, 'encryption', ca.certify(publicKey, 'encryption'));
        await expect(failure(none)).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
        const certificate = ca.certify(publicKey, 'signing');
        await driver.importCertificate(session, identityId, 'signing', certificate);
        const certified = await identityOf(driver, identityId);
        expect(hex(certified.signingCertificate)).toBe(hex(certificate));
        expect(certified.uncertifiedSigningKey).toBeUndefined();
      }
    });

    it('have a container of their own, named by the label where every library takes it', async () => {
      const { driver, session, application } = await start();
      for (const label of ['SJKJ 2026', 'SJKJ 2026', '电子保函', '../escape'])
        await driver.generateKeyPair(session, 'sm2', label);
      const names = readdirSync(application, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      expect(names.map(({ name }) => name).filter((name) => name === 'SJKJ 2026')).toHaveLength(1);
      expect(names.filter(({ name }) => /^[0-9A-F-]{36}$/.test(name))).toHaveLength(3);
    });

    it('leave nothing behind where the library cannot make them', async () => {
      const { driver, session, application, folder } = await start('blob', '', { sm2KeyAlgorithm: 'gmt-0006' });
      const before = readdirSync(application);
      await expect(failure(driver.generateKeyPair(session, 'sm2', 'x'))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
      for (const keySpec of ['rsa-4096', 'p256'] as const)
        await expect(failure(driver.generateKeyPair(session, keySpec, 'x'))).resolves.toFailWith(
          'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
        );
      writeFileSync(path.join(folder, 'faults'), 'fail SKF_CreateContainer 0x0A000032');
      await expect(failure(driver.generateKeyPair(session, 'rsa-2048', 'x'))).resolves.toFailWith('ERR_TOKEN_FULL');
      expect(readdirSync(application)).toEqual(before);
    });
  });

  describe('that a CA delivers', () => {
    const renew = async (driver: TokenDriver, session: Awaited<ReturnType<typeof start>>['session']) => {
      const { identityId, publicKey: spki } = await driver.generateKeyPair(session, 'sm2', 'renewed');
      const signingKey = parsePublicKey(spki);
      await driver.importCertificate(session, identityId, 'signing', ca.certify(signingKey, 'signing'));
      return { identityId, signingKey };
    };

    it.each([
      ['blob', '', 'bare'],
      ['blob', 'scalar-left', 'bare'],
      ['bytes', 'left-aligned', 'bare'],
      ['blob', '', 'whole'],
      ['blob', 'scalar-left', 'zeros-after'],
      ['none', '', 'bare'],
      ['none', 'scalar-left', 'bare'],
      ['flagged', 'no-session-keys', 'bare'],
    ] as const)(
      'arrive, and the key before still opens what was made for it: %s %s %s',
      async (build, traits, layout) => {
        const { driver, session } = await start(build, traits);
        const { identityId, signingKey } = await renew(driver, session);
        const { pair, publicKey } = ca.deliver(signingKey, layout);
        const certificate = ca.certify(publicKey, 'encryption');
        await driver.importEncryptionKeyPair(session, identityId, pair, certificate);
        // The same delivery twice changes nothing.
        await driver.importEncryptionKeyPair(session, identityId, pair, certificate);
        expect(hex((await identityOf(driver, identityId)).encryptionCertificate)).toBe(hex(certificate));
        const plain = ops.random(100);
        for (const [id, holder] of [
          [identityId, certificate],
          [sm2Identity.id, encryptionCertificate],
        ] as const) {
          const key = { identityId: id, certificate: holder };
          const [contentKey, iv] = [ops.random(16), ops.random(16)];
          const encryptedKey = ciphers.encryptKey(keyOf(holder), sm2, contentKey);
          if (build !== 'none')
            expect(hex(await driver.decrypt(session, key, sm2, encryptedKey))).toBe(hex(contentKey));
          if (traits.includes('no-session-keys')) continue;
          const ciphertext = ciphers.encrypt('sm4-cbc', contentKey, iv, plain);
          const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext, last: true } as const;
          expect(hex(await driver.decryptContent(session, key, sm2, content))).toBe(hex(plain));
        }
      },
    );

    it('never take the place of one that is there', async () => {
      const { driver, session } = await start();
      const before = await identityOf(driver, sm2Identity.id);
      const { pair, publicKey } = ca.deliver(keyOf(before.signingCertificate));
      const certificate = ca.certify(publicKey, 'encryption');
      await expect(
        failure(driver.importEncryptionKeyPair(session, sm2Identity.id, pair, certificate)),
      ).resolves.toFailWith('ERR_TOKEN_FULL');
      expect(await identityOf(driver, sm2Identity.id)).toEqual(before);
    });

    it('are refused for another key, with another certificate, damaged, under another cipher or for RSA', async () => {
      const { driver, session } = await start();
      const { identityId, signingKey } = await renew(driver, session);
      const before = await identityOf(driver, identityId);
      const { pair } = ca.deliver(signingKey);
      const other = ca.deliver(ops.generateKeyPair(sm2).publicKey);
      const cases = [
        [other.pair, ca.certify(other.publicKey, 'encryption'), 'ERR_ENVELOPE_CONTENT_INVALID'],
        [pair, ca.certify(other.publicKey, 'encryption'), 'ERR_TOKEN_CERTIFICATE_MISMATCH'],
        [{ ...pair, publicPoint: other.pair.publicPoint }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [{ ...pair, encryptedSymmetricKey: message.bytes }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [{ ...pair, cipher: 'sm1' }, null, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
      ] as const;
      for (const [wrong, certificate, code] of cases)
        await expect(
          failure(driver.importEncryptionKeyPair(session, identityId, wrong, certificate)),
        ).resolves.toFailWith(code);
      await expect(failure(driver.importEncryptionKeyPair(session, rsaIdentity.id, pair, null))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
      expect(await identityOf(driver, identityId)).toEqual(before);
    });

    it('are not believed in when the library says yes to rubbish', async () => {
      const { driver, session } = await start('blob', 'careless');
      const { identityId, signingKey } = await renew(driver, session);
      const { pair } = ca.deliver(signingKey);
      const damaged = { ...pair, encryptedScalar: pair.encryptedScalar.map((byte) => byte ^ 1) };
      await expect(failure(driver.importEncryptionKeyPair(session, identityId, damaged, null))).resolves.toFailWith(
        'ERR_ENVELOPE_CONTENT_INVALID',
      );
      await driver.importEncryptionKeyPair(session, identityId, pair, null);
    });
  });

  describe('behind PINs', () => {
    const triesWritten = (application: string, file: string) =>
      Number(readFileSync(path.join(application, file), 'utf8').split(' ')[1]);

    it('stay behind the new one when it is changed', async () => {
      const { driver, application } = await start();
      const pins = [pinOf(skfPin), pinOf('97531864')] as const;
      await driver.changePin(device, ...pins);
      expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
      expect(await failure(driver.openSession(device, pinOf(skfPin)))).toMatchObject({ params: { retriesLeft: 7 } });
      expect(triesWritten(application, 'pin')).toBe(7);
      expect(await driver.openSession(device, pinOf('97531864'))).toBeTypeOf('string');
      const wrong = await failure(driver.changePin(device, pinOf('000000'), pinOf('24681357')));
      expect(wrong).toMatchObject({
        code: 'ERR_TOKEN_PIN_INCORRECT',
        params: { retriesLeft: 7 },
        native: { api: 'SKF_ChangePIN' },
      });
      for (const [old, fresh] of [
        ['97531864', '1'],
        ['1', '97531864'],
      ])
        await expect(failure(driver.changePin(device, pinOf(old ?? ''), pinOf(fresh ?? '')))).resolves.toFailWith(
          'ERR_TOKEN_PIN_LENGTH',
        );
      expect(triesWritten(application, 'pin')).toBe(7);
    });

    it('are unblocked with the administrator’s, which counts for itself and unlocks nothing', async () => {
      const { driver, application } = await start();
      for (let attempt = 0; attempt < 8; attempt += 1) await failure(driver.openSession(device, pinOf('000000')));
      expect(await driver.pinStatus(device)).toMatchObject({ locked: true });
      expect(await driver.pinStatus(device, 'admin')).toMatchObject({ locked: false, retriesLeft: 10 });
      const wrong = await failure(driver.unblockPin(device, pinOf('00000000'), pinOf('24681357')));
      expect(wrong).toMatchObject({ code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: 9 } });
      expect(triesWritten(application, 'admin-pin')).toBe(9);
      const pins = [pinOf(skfAdminPin), pinOf('24681357')] as const;
      await driver.unblockPin(device, ...pins);
      expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
      expect(await driver.pinStatus(device)).toMatchObject({ locked: false, retriesLeft: 8 });
      expect(await failure(driver.openSession(device, pinOf(skfAdminPin)))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
      expect(await driver.openSession(device, pinOf('24681357'))).toBeTypeOf('string');
    });

    it('are asked once by every call: a locked administrator PIN is never given to the library', async () => {
      const { driver, application, folder } = await start();
      for (let attempt = 0; attempt < 10; attempt += 1)
        await failure(driver.unblockPin(device, pinOf('00000000'), pinOf('24681357')));
      expect(triesWritten(application, 'admin-pin')).toBe(0);
      // A library that were asked would now say yes.
      writeFileSync(path.join(folder, 'faults'), 'fail SKF_UnblockPIN 0');
      await expect(failure(driver.unblockPin(device, pinOf(skfAdminPin), pinOf('24681357')))).resolves.toFailWith(
        'ERR_TOKEN_PIN_LOCKED',
      );
      expect(existsSync(path.join(folder, 'faults'))).toBe(true);
    });
  });

  describe('and files', () => {
    it.each(['', 'short-reads', 'small-buffers'])(
      'are listed and read, those with a PIN in a session: %s',
      async (traits) => {
        const { driver, session, application } = await start('blob', traits);
        const seal = ops.random(3000);
        writeFileSync(path.join(application, 'seal.esl'), seal);
        writeFileSync(path.join(application, 'secret'), utf8Encode('for the holder'));
        writeFileSync(path.join(application, '.secret.rights'), '10 10\n');
        expect(await driver.listFiles(device)).toEqual([
          { name: 'seal.esl', size: 3000, needsPin: false },
          { name: 'secret', size: 14, needsPin: true },
        ]);
        expect(equalBytes(await driver.readFile(device, 'seal.esl', null), seal)).toBe(true);
        expect(await driver.readFile(device, 'secret', session)).toEqual(utf8Encode('for the holder'));
        await driver.closeSession(session);
        await expect(failure(driver.readFile(device, 'secret', null))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
        await expect(failure(driver.readFile(device, 'none', null))).resolves.toFailWith('ERR_TOKEN_FILE_NOT_FOUND');
      },
    );
  });

  it('and algorithms are described in the words of GM/T 0006', async () => {
    const { driver } = await start();
    const names = (await driver.listMechanisms(device)).map(({ name }) => name);
    expect(names).toEqual(['SGD_SM4_ECB', 'SGD_RSA', 'SGD_SM2', 'SGD_SM3', 'SGD_SHA256']);
  });
});
