import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
import { startHostedDriver } from '../src/host/index.ts';
import { createPkcs11Driver } from '../src/pkcs11/index.ts';
import type { DeviceId, Pkcs11Mechanisms, TokenDevice, TokenDriver } from '../src/port/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import { hasModule, type LibraryFile } from './native-library.ts';
import {
  buildP11Library,
  newP11Folder,
  objectFile,
  type P11Wanted,
  p11Compiler,
  p11Config,
  p11Parts,
  p11Pin,
  p11SoPin,
  softMechanisms,
  writeP11Token,
} from './p11-library.ts';
import { until } from './processes.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const ca = new CaSide(ops);
const sm2 = { kind: 'sm2' } as const;
const rsa = { kind: 'rsa-pkcs1v15' } as const;
const sm2Sign = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const rsaSign = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const device = 'P11-0001' as DeviceId;
const encryptionCertificate = sm2Identity.encryption?.certificate ?? new Uint8Array();
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex');

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const keyOf = (certificate: Uint8Array | null | undefined): PublicKey => {
  if (!certificate) throw new Error('no certificate');
  return parseCertificate(certificate).publicKey;
};

requireReal(p11Parts, p11Compiler())("a PKCS#11 token with a vendor's SM2", (compiler) => {
  let built: LibraryFile;
  beforeAll(() => {
    built = buildP11Library(compiler);
  });
  afterAll(() => built.remove());

  async function start(wanted: P11Wanted = {}) {
    const { folder, remove } = newP11Folder();
    endings.push(remove);
    const token = writeP11Token(folder, wanted.token);
    const before = process.cwd();
    endings.push(() => process.chdir(before));
    process.chdir(folder);
    const driver = await createPkcs11Driver(p11Config(built.library, folder, wanted));
    endings.push(() => driver.close());
    const order = (fault: string) => writeFileSync(path.join(folder, 'faults'), fault);
    return { driver, folder, token, data: path.join(token, 'data'), order };
  }

  const open = (driver: TokenDriver, pin = p11Pin) => driver.openSession(device, pinOf(pin));
  const identityOf = async (driver: TokenDriver, id: string) => {
    const found = (await driver.listIdentities(device)).find((identity) => identity.id === id);
    if (found === undefined) throw new Error(`no identity ${id}`);
    return found;
  };
  const verifies = (id: string, signature: Uint8Array): boolean =>
    id === sm2Identity.id
      ? ops.verify(keyOf(sm2Identity.signing.certificate), sm2Sign, message.bytes, signature)
      : ops.verify(keyOf(rsaIdentity.signing.certificate), rsaSign, message.bytes, signature);

  it('shows a dual certificate as one identity, and what it can do, each lack with its reason', async () => {
    const { driver } = await start();
    const identities = await driver.listIdentities(device);
    expect(identities.map(({ id }) => id)).toEqual([rsaIdentity.id, sm2Identity.id]);
    expect(hex(identities[1]?.encryptionCertificate)).toBe(hex(encryptionCertificate));
    const [shown] = await driver.listDevices();
    expect(shown).toMatchObject({
      algorithms: ['rsa', 'ec', 'sm2'],
      keySpecs: ['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096'],
    });
    expect(shown?.lacks?.map(({ capability, reason }) => [capability, reason])).toEqual([
      ['pin-retries', 'family'],
      ['unblock-pin-remote', 'family'],
    ]);
  });

  describe('signs SM2', () => {
    it.each([
      ['over e', { mechanism: 0x80008000, input: 'digest' }, ''],
      ['over the message', { mechanism: 0x80008100, input: 'message' }, ''],
      ['in DER', { mechanism: 0x80008000, input: 'digest', output: 'der' }, 'der'],
    ] as const)('%s, as the configuration says', async (_, sign, traits) => {
      const { driver } = await start({ mechanisms: { sm2: { sign } }, traits });
      const session = await open(driver);
      const signature = await driver.sign(session, sm2Identity.id, sm2Sign, message);
      expect(verifies(sm2Identity.id, signature)).toBe(true);
      const userId = utf8Encode('another');
      const other = failure(driver.sign(session, sm2Identity.id, { kind: 'sm2-sm3', userId }, message));
      if (sign.input === 'message') await expect(other).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
      else expect(await other).toBeInstanceOf(Uint8Array);
    });

    it.each<[string, Pkcs11Mechanisms, string]>([
      ['takes the message for e', { sm2: { sign: { mechanism: 0x80008100, input: 'digest' } } }, ''],
      ['reads DER as r and s', { sm2: { sign: { mechanism: 0x80008000, input: 'digest' } } }, 'der'],
    ])('to nobody’s use when it %s: such a signature is not handed on', async (_, mechanisms, traits) => {
      const { driver } = await start({ mechanisms, traits });
      const error = await failure(driver.sign(await open(driver), sm2Identity.id, sm2Sign, message));
      expect(error).toMatchObject({
        code: 'ERR_TOKEN_NATIVE_FAILURE',
        params: { api: 'C_Sign', name: 'SIGNATURE_DOES_NOT_VERIFY' },
      });
    });

    it('never by CKM_ECDSA, which ends this library: neither unconfigured nor when asked for plain ECDSA', async () => {
      const { driver } = await start({ mechanisms: {} });
      const session = await open(driver);
      expect((await driver.listDevices())[0]?.algorithms).toEqual(['rsa', 'ec']);
      for (const algorithm of [sm2Sign, { kind: 'ecdsa', digest: 'sha256' }] as const)
        await expect(failure(driver.sign(session, sm2Identity.id, algorithm, message))).resolves.toFailWith(
          'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
        );
      expect(verifies(rsaIdentity.id, await driver.sign(session, rsaIdentity.id, rsaSign, message))).toBe(true);
    });
  });

  describe('decrypts', () => {
    it.each([false, true])('for both certificates, each by its own key, under one CKA_ID or two: %s', async (oneId) => {
      const { driver } = await start({ token: { oneId } });
      const session = await open(driver);
      for (const certificate of [null, encryptionCertificate]) {
        const secret = ops.random(16);
        const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
        const opened = await driver.decrypt(session, { identityId: sm2Identity.id, certificate }, sm2, ciphertext);
        expect(hex(opened)).toBe(hex(secret));
      }
      expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
      const secret = ops.random(32);
      const ciphertext = ciphers.encryptKey(keyOf(rsaIdentity.signing.certificate), rsa, secret);
      const key = { identityId: rsaIdentity.id, certificate: null };
      expect(hex(await driver.decrypt(session, key, rsa, ciphertext))).toBe(hex(secret));
    });

    it('content whose SM4 key stays inside, in parts', async () => {
      const { driver } = await start();
      const session = await open(driver);
      const [secret, iv, plain] = [ops.random(16), ops.random(16), ops.random(10_000)];
      const encryptedKey = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
      const ciphertext = ciphers.encrypt('sm4-cbc', secret, iv, plain);
      const key = { identityId: sm2Identity.id, certificate: null };
      const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext, last: true } as const;
      const first = { ...content, ciphertext: ciphertext.subarray(0, 320), last: false };
      const rest = { ...content, iv: ciphertext.subarray(304, 320), ciphertext: ciphertext.subarray(320) };
      const parts = [];
      for (const part of [first, rest]) parts.push(await driver.decryptContent(session, key, sm2, part));
      expect(hex(concatBytes(...parts))).toBe(hex(plain));
      const altered = Uint8Array.from(encryptedKey);
      altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
      const wrongs = [
        [key, { encryptedKey: altered }, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [key, { iv: ops.random(16), ciphertext: ciphertext.subarray(0, 16) }, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [key, { cipher: 'aes-128-cbc' }, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
      ] as const;
      for (const [wrongKey, changes, code] of wrongs)
        await expect(
          failure(driver.decryptContent(session, wrongKey, sm2, { ...content, ...changes })),
          Object.keys(changes).join(),
        ).resolves.toFailWith(code);
      const of = { identityId: rsaIdentity.id, certificate: null };
      await expect(failure(driver.decryptContent(session, of, rsa, content))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
    });

    it('no content where the vendor named no mechanism for it, and says so', async () => {
      const { unwrapContentKey: _, ...sm2Without } = softMechanisms.sm2;
      const { driver } = await start({ mechanisms: { ...softMechanisms, sm2: sm2Without } });
      expect((await driver.listDevices())[0]?.lacks).toContainEqual(
        expect.objectContaining({ capability: 'decrypt-content', reason: 'token' }),
      );
    });

    it('and gives one error for whatever is wrong with the ciphertext, and others for what is wrong with the question', async () => {
      const { driver } = await start();
      const session = await open(driver);
      const key = { identityId: sm2Identity.id, certificate: null };
      const good = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, ops.random(16));
      const { c1, c2, c3 } = decodeSm2Cipher(good);
      const flipped = encodeSm2Cipher({ c1, c2, c3: c3.map((byte, index) => (index === 5 ? byte ^ 1 : byte)) });
      for (const wrong of [flipped, good.subarray(0, 40), message.bytes, concatBytes(good, Uint8Array.of(0))])
        await expect(failure(driver.decrypt(session, key, sm2, wrong))).resolves.toFailWith(
          'ERR_ENVELOPE_CONTENT_INVALID',
        );
      const rsaKey = { identityId: rsaIdentity.id, certificate: null };
      await expect(failure(driver.decrypt(session, rsaKey, rsa, ops.random(300)))).resolves.toFailWith(
        'ERR_ENVELOPE_CONTENT_INVALID',
      );
      const cases = [
        [{ identityId: 'ff', certificate: null }, sm2, 'ERR_TOKEN_KEY_NOT_FOUND'],
        [
          { ...key, certificate: ca.certify(keyOf(encryptionCertificate), 'encryption') },
          sm2,
          'ERR_TOKEN_KEY_NOT_FOUND',
        ],
        [{ ...key, certificate: sm2Identity.signing.certificate }, sm2, 'ERR_TOKEN_KEY_USAGE'],
        [key, rsa, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
        [rsaKey, sm2, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
      ] as const;
      for (const [wrongKey, scheme, code] of cases)
        await expect(failure(driver.decrypt(session, wrongKey, scheme, good)), code).resolves.toFailWith(code);
    });
  });

  describe('makes key pairs', () => {
    it('that sign a request at once, and takes the certificate of that key alone', async () => {
      const { driver } = await start();
      const session = await open(driver);
      for (const keySpec of ['sm2', 'rsa-2048'] as const) {
        const { identityId, publicKey: spki } = await driver.generateKeyPair(session, keySpec, `容器 ${keySpec}`);
        const publicKey = parsePublicKey(spki);
        const fresh = await identityOf(driver, identityId);
        expect(fresh).toMatchObject({ label: `容器 ${keySpec}`, signingCertificate: null });
        expect(hex(fresh.uncertifiedSigningKey)).toBe(hex(spki));
        const subjectDer = parseCertificate(sm2Identity.signing.certificate).subject.der;
        const request = prepareCertificateRequest({ subjectDer, publicKey }, ops);
        const signature = await driver.sign(session, identityId, request.algorithm, {
          kind: 'message',
          bytes: request.toBeSigned,
        });
        // Verifies what it assembles.
        expect(request.assemble(signature).length).toBeGreaterThan(64);
        const foreign = driver.importCertificate(session, identityId, 'signing', sm2Identity.signing.certificate);
        await expect(failure(foreign)).resolves.toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
        const none = driver.importCertificate(session, identityId, 'encryption', ca.certify(publicKey, 'encryption'));
        await expect(failure(none)).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
        for (const name of ['Test Company', 'Test Company, renewed']) {
          const certificate = ca.certify(publicKey, 'signing', name);
          await driver.importCertificate(session, identityId, 'signing', certificate);
          const certified = await identityOf(driver, identityId);
          expect(hex(certified.signingCertificate)).toBe(hex(certificate));
          expect(certified.uncertifiedSigningKey).toBeUndefined();
        }
      }
      await expect(failure(driver.generateKeyPair(session, 'p256', 'x'))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
    });

    it('for which a CA delivers encryption keys, again and again, and opens what was made for each before', async () => {
      const { driver } = await start();
      const session = await open(driver);
      const { identityId, publicKey: spki } = await driver.generateKeyPair(session, 'sm2', 'renewed');
      const signingKey = parsePublicKey(spki);
      await driver.importCertificate(session, identityId, 'signing', ca.certify(signingKey, 'signing'));
      const certificates: Uint8Array[] = [];
      for (const [index, layout] of (['bare', 'whole', 'bare'] as const).entries()) {
        const { pair, publicKey } = ca.deliver(signingKey, layout);
        const certificate = ca.certify(publicKey, 'encryption');
        await driver.importEncryptionKeyPair(session, identityId, pair, index === 1 ? null : certificate);
        if (index === 1) {
          expect((await identityOf(driver, identityId)).uncertifiedEncryptionKey).toBeDefined();
          await driver.importCertificate(session, identityId, 'encryption', certificate);
        }
        // The same delivery twice changes nothing.
        await driver.importEncryptionKeyPair(session, identityId, pair, certificate);
        certificates.unshift(certificate);
        const identity = await identityOf(driver, identityId);
        expect([identity.encryptionCertificate, ...(identity.earlierEncryption ?? [])].map(hex)).toEqual(
          certificates.map(hex),
        );
      }
      for (const certificate of [null, ...certificates]) {
        const secret = ops.random(16);
        const ciphertext = ciphers.encryptKey(keyOf(certificate ?? certificates[0]), sm2, secret);
        expect(hex(await driver.decrypt(session, { identityId, certificate }, sm2, ciphertext))).toBe(hex(secret));
      }
    });

    it('and refuses a delivery for another key, with another certificate, damaged, or for RSA', async () => {
      const { driver } = await start();
      const session = await open(driver);
      const before = await driver.listIdentities(device);
      const { pair, publicKey } = ca.deliver(keyOf(sm2Identity.signing.certificate));
      const other = ca.deliver(ops.generateKeyPair(sm2).publicKey);
      const damaged = pair.encryptedScalar.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
      const cases = [
        [other.pair, ca.certify(other.publicKey, 'encryption'), 'ERR_ENVELOPE_CONTENT_INVALID'],
        [pair, ca.certify(other.publicKey, 'encryption'), 'ERR_TOKEN_CERTIFICATE_MISMATCH'],
        [{ ...pair, publicPoint: other.pair.publicPoint }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [{ ...pair, encryptedScalar: damaged }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [{ ...pair, encryptedSymmetricKey: message.bytes }, null, 'ERR_ENVELOPE_CONTENT_INVALID'],
        [{ ...pair, cipher: 'sm1' }, ca.certify(publicKey, 'encryption'), 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
      ] as const;
      for (const [wrong, certificate, code] of cases)
        await expect(
          failure(driver.importEncryptionKeyPair(session, sm2Identity.id, wrong, certificate)),
        ).resolves.toFailWith(code);
      await expect(failure(driver.importEncryptionKeyPair(session, rsaIdentity.id, pair, null))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
      expect(await driver.listIdentities(device)).toEqual(before);
    });
  });

  describe('keeps keys behind PINs', () => {
    const triesWritten = (data: string, file: string) =>
      Number(readFileSync(path.join(data, file), 'utf8').split(' ')[1]);

    it('that are changed by who knows the old one', async () => {
      const { driver, data } = await start({ token: { factoryPin: true } });
      expect(await driver.pinStatus(device)).toMatchObject({ isDefault: true, low: false });
      const pins = [pinOf(p11Pin), pinOf('97531864')] as const;
      await driver.changePin(device, ...pins);
      expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
      expect(await failure(open(driver))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
      expect(triesWritten(data, 'user-pin')).toBe(7);
      expect(await driver.pinStatus(device)).toMatchObject({ isDefault: null, low: true, retriesLeft: null });
      await driver.closeSession(await open(driver, '97531864'));
      const wrong = await failure(driver.changePin(device, pinOf('000000'), pinOf('24681357')));
      expect(wrong).toMatchObject({ code: 'ERR_TOKEN_PIN_INCORRECT', native: { api: 'C_SetPIN' } });
      await expect(failure(driver.changePin(device, pinOf('97531864'), pinOf('1')))).resolves.toFailWith(
        'ERR_TOKEN_PIN_LENGTH',
      );
      expect(triesWritten(data, 'user-pin')).toBe(7);
    });

    it('and are unblocked with the administrator’s, which unlocks nothing', async () => {
      const { driver, data, order, folder } = await start({ token: { retries: 2 } });
      for (const left of [1, 0]) {
        const error = await failure(open(driver, '000000'));
        expect(error).toFailWith(left === 0 ? 'ERR_TOKEN_PIN_LOCKED' : 'ERR_TOKEN_PIN_INCORRECT');
      }
      expect(await driver.pinStatus(device)).toMatchObject({ locked: true, retriesLeft: 0 });
      // A library that were asked would now say yes.
      order('fail C_Login 0');
      await expect(failure(open(driver))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(existsSync(path.join(folder, 'faults'))).toBe(true);
      renameSync(path.join(folder, 'faults'), path.join(folder, 'not-now'));
      await expect(failure(driver.unblockPin(device, pinOf('00000000'), pinOf('24681357')))).resolves.toFailWith(
        'ERR_TOKEN_PIN_INCORRECT',
      );
      expect(triesWritten(data, 'so-pin')).toBe(9);
      expect(await driver.pinStatus(device, 'admin')).toMatchObject({ low: true, locked: false });
      await driver.unblockPin(device, pinOf(p11SoPin), pinOf('24681357'));
      expect(await driver.pinStatus(device)).toMatchObject({ locked: false });
      const session = await open(driver, '24681357');
      expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
    });

    it('that a key may want before every use: given once for each, and forgotten when it is not right any more', async () => {
      const { driver, data } = await start({ token: { alwaysAuthenticate: true } });
      const session = await open(driver);
      for (let round = 0; round < 3; round += 1) {
        expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
        expect(verifies(rsaIdentity.id, await driver.sign(session, rsaIdentity.id, rsaSign, message))).toBe(true);
      }
      const secret = ops.random(16);
      const ciphertext = ciphers.encryptKey(keyOf(encryptionCertificate), sm2, secret);
      const key = { identityId: sm2Identity.id, certificate: null };
      expect(hex(await driver.decrypt(session, key, sm2, ciphertext))).toBe(hex(secret));
      expect(triesWritten(data, 'user-pin')).toBe(8);
      // Somebody else changes the PIN.
      const changed = readFileSync(path.join(data, 'so-pin'), 'utf8').replace(' 10 10 ', ' 8 8 ');
      writeFileSync(path.join(data, 'user-pin'), changed);
      for (const code of ['ERR_TOKEN_PIN_INCORRECT', 'ERR_TOKEN_SESSION_CLOSED'] as const)
        await expect(failure(driver.sign(session, sm2Identity.id, sm2Sign, message))).resolves.toFailWith(code);
      expect(triesWritten(data, 'user-pin')).toBe(7);
    });

    it('and uses no such key where the configuration keeps no PIN', async () => {
      const { driver } = await start({ token: { alwaysAuthenticate: true }, quirks: { contextPin: 'refuse' } });
      const session = await open(driver);
      await expect(failure(driver.sign(session, sm2Identity.id, sm2Sign, message))).resolves.toFailWith(
        'ERR_TOKEN_KEY_USAGE',
      );
    });
  });

  describe.runIf(hasModule('koffi'))('asks on its PIN pad', () => {
    const none = () => new Uint8Array() as ReturnType<typeof pinOf>;

    it('and not here, and lets nothing else in while the person types', async () => {
      const { driver, folder } = await start({ traits: 'pin-pad' });
      const type = (...lines: string[]) => {
        writeFileSync(path.join(folder, 'typing'), `${lines.join('\n')}\n`);
        renameSync(path.join(folder, 'typing'), path.join(folder, 'typed'));
      };
      expect(await driver.pinStatus(device)).toMatchObject({ typedOnDevice: true });
      expect(await driver.listDevices()).toHaveLength(1);
      const opening = driver.openSession(device, none());
      await new Promise((resolve) => setImmediate(resolve));
      await expect(failure(driver.listIdentities(device))).resolves.toFailWith('ERR_TOKEN_BUSY');
      expect(await driver.listDevices()).toHaveLength(1);
      type(p11Pin);
      const session = await opening;
      expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
      await driver.closeSession(session);
      type('000000');
      await expect(failure(driver.openSession(device, none()))).resolves.toFailWith('ERR_TOKEN_PIN_INCORRECT');
      type(p11Pin, '97531864');
      await driver.changePin(device, none(), none());
      type('97531864');
      await driver.closeSession(await driver.openSession(device, none()));
      await expect(failure(driver.openSession(device, none()))).resolves.toFailWith('ERR_USER_CANCELLED');
    });

    it('for a key that wants the PIN every time, in its host', async () => {
      const { folder, remove } = newP11Folder();
      endings.push(remove);
      writeP11Token(folder, { alwaysAuthenticate: true });
      const driver = await startHostedDriver(p11Config(built.library, folder, { traits: 'pin-pad' }));
      endings.push(() => driver.close());
      const type = () => {
        writeFileSync(path.join(folder, 'typing'), `${p11Pin}\n`, { mode: 0o644 });
        renameSync(path.join(folder, 'typing'), path.join(folder, 'typed'));
      };
      type();
      const session = await driver.openSession(device, none());
      type();
      expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
    });
  });

  describe.runIf(hasModule('koffi'))('has a person type on it', () => {
    it('for longer than a call may take that computes, and ends that one in time', async () => {
      const { folder, remove } = newP11Folder();
      endings.push(remove);
      writeP11Token(folder);
      const timeouts = { openSessionMs: 300, signMs: 300, padMs: 20_000 };
      const driver = await startHostedDriver(p11Config(built.library, folder, { traits: 'pin-pad' }), { timeouts });
      endings.push(() => driver.close());
      await driver.listDevices();
      const opening = driver.openSession(device, new Uint8Array() as ReturnType<typeof pinOf>);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      writeFileSync(path.join(folder, 'typing'), `${p11Pin}\n`, { mode: 0o644 });
      renameSync(path.join(folder, 'typing'), path.join(folder, 'typed'));
      expect(await opening).toMatch(/^[0-9a-f-]{36}$/);
      expect(driver.status()).toMatchObject({ generation: 1, inUse: true });
    });
  });

  describe('comes and goes', () => {
    it.each([
      ['native', ''],
      ['native', 'no-events'],
      ['polling', ''],
    ] as const)('and that is known within a second: %s events, %s', async (events, traits) => {
      const { driver, token, folder } = await start({ quirks: { events }, traits });
      let notices = 0;
      driver.onDevicesChanged(() => {
        notices += 1;
      });
      const aside = path.join(path.dirname(folder), 'pulled-out');
      for (const [from, to, count] of [
        [token, aside, 0],
        [aside, token, 1],
      ] as const) {
        const [before, began] = [notices, performance.now()];
        renameSync(from, to);
        await until(() => notices > before);
        // Our own limit is one second; the rest is for a machine that is busy.
        expect(performance.now() - began).toBeLessThan(30_000);
        expect(await driver.listDevices()).toHaveLength(count);
      }
    });

    it('and after a sleep of the computer, which ends its sessions, a new session works', async () => {
      const { driver, order } = await start();
      const session = await open(driver);
      order('suspend C_SignInit');
      const error = await failure(driver.sign(session, sm2Identity.id, sm2Sign, message));
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_TOKEN_(SESSION_CLOSED|REMOVED)$/) });
      await expect(failure(driver.sign(session, sm2Identity.id, sm2Sign, message))).resolves.toMatchObject({
        code: expect.stringMatching(/^ERR_TOKEN_(SESSION_CLOSED|REMOVED)$/),
      });
      await driver.closeSession(session);
      const fresh = await open(driver);
      expect(verifies(sm2Identity.id, await driver.sign(fresh, sm2Identity.id, sm2Sign, message))).toBe(true);
    });

    it('and with a library that forgot that it was initialised', async () => {
      const { driver, order, folder } = await start({ quirks: { events: 'polling' } });
      order(`fail C_GetSlotList ${0x190}`);
      expect(await driver.listDevices()).toHaveLength(1);
      await until(() => !existsSync(path.join(folder, 'faults')));
      const session = await open(driver);
      expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
    });

    it('in the middle of a signature, which says so', async () => {
      const { driver, order, folder, token } = await start();
      const session = await open(driver);
      order('unplug C_Sign');
      await expect(failure(driver.sign(session, sm2Identity.id, sm2Sign, message))).resolves.toFailWith(
        'ERR_TOKEN_REMOVED',
      );
      renameSync(path.join(folder, `.${path.basename(token)}.out`), token);
      await until(async () => (await driver.listDevices()).length === 1);
      const fresh = await open(driver);
      expect(await driver.sign(fresh, rsaIdentity.id, rsaSign, message)).toHaveLength(256);
    });

    it('beside one that cannot be read, which hides no other and is read the next time', async () => {
      const { driver, folder, order } = await start();
      await driver.listDevices();
      order(`fail C_GetMechanismList ${0x30}`);
      writeP11Token(folder, { name: 'token-1', label: '第二把', serialNumber: 'P11-0002' });
      let shown: readonly TokenDevice[] = [];
      const look = async (): Promise<number> => {
        shown = await driver.listDevices();
        return shown.length;
      };
      await until(async () => (await look()) === 2);
      expect(shown.map(({ id, capabilities }) => [id, capabilities.length > 0])).toEqual([
        [device, true],
        ['P11-0002', false],
      ]);
      rmSync(path.join(folder, 'faults'), { force: true });
      await look();
      expect(shown.map(({ label }) => label)).toContain('第二把');
      expect(shown.every(({ capabilities }) => capabilities.includes('sign-message'))).toBe(true);
    });

    it('beside another, each with its own PIN and session', async () => {
      const { driver, folder } = await start();
      writeP11Token(folder, { name: 'token-1', label: '第二把', serialNumber: 'P11-0002' });
      await until(async () => (await driver.listDevices()).length === 2);
      const other = 'P11-0002' as DeviceId;
      const [one, two] = [await open(driver), await driver.openSession(other, pinOf(p11Pin))];
      await failure(driver.openSession(other, pinOf('000000')));
      expect(verifies(sm2Identity.id, await driver.sign(one, sm2Identity.id, sm2Sign, message))).toBe(true);
      await expect(failure(driver.sign(two, sm2Identity.id, sm2Sign, message))).resolves.toFailWith(
        'ERR_TOKEN_SESSION_CLOSED',
      );
    });
  });

  it('is told from another of the same serial number, and stays itself when that one leaves', async () => {
    const { driver, folder, token } = await start();
    writeP11Token(folder, { name: 'token-1', label: '第二把' });
    await until(async () => (await driver.listDevices()).length === 2);
    const [, twin] = await driver.listDevices();
    if (twin === undefined) throw new Error('no twin');
    const session = await driver.openSession(twin.id, pinOf(p11Pin));
    rmSync(token, { recursive: true });
    await until(async () => (await driver.listDevices()).length === 1);
    expect((await driver.listDevices()).map(({ id, insertion }) => [id, insertion])).toEqual([[twin.id, 1]]);
    expect(verifies(sm2Identity.id, await driver.sign(session, sm2Identity.id, sm2Sign, message))).toBe(true);
    await expect(failure(driver.pinStatus(device))).resolves.toFailWith('ERR_TOKEN_NOT_FOUND');
  });

  it('warns of the last try by its manifest and our own count where its flags never say that one was spent', async () => {
    const pin = { minLength: 6, maxLength: 16, retries: 3 };
    const { driver } = await start({ traits: 'silent-flags', token: { retries: 3 }, pin });
    const lefts = [];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await failure(open(driver, '000000'));
      lefts.push((await driver.pinStatus(device)).retriesLeft);
    }
    expect(lefts).toEqual([null, 1]);
    await driver.closeSession(await open(driver));
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: null, low: false });
  });

  it('shows what its objects are, however long their names and whatever stands behind a certificate', async () => {
    const { driver, data } = await start();
    const { certificate } = sm2Identity.signing;
    const odd = [
      [Uint8Array.of(1), 'L'.repeat(400), certificate],
      [new Uint8Array(100).fill(7), 'of a name too long for any identity', certificate],
      [Uint8Array.of(3), 'padded', concatBytes(certificate, new Uint8Array(99))],
      [Uint8Array.of(4), 'none', Uint8Array.of(1, 2, 3)],
    ] as const;
    for (const [index, [id, label, der]] of odd.entries())
      writeFileSync(
        path.join(data, `odd-${index}.object`),
        objectFile([
          [0x0, 1],
          [0x1, true],
          [0x102, id],
          [0x3, Buffer.from(label)],
          [0x2, false],
          [0x80, 0],
          [0x11, der],
        ]),
      );
    const shown = (await driver.listIdentities(device)).filter(({ label }) => label !== 'label');
    expect(shown.map(({ id, label, signingCertificate }) => [id, label.length, hex(signingCertificate)])).toEqual([
      ['01', 256, hex(certificate)],
      ['03', 6, hex(certificate)],
    ]);
  });

  it('shows 128 of more certificates than anyone has, and its host lives', async () => {
    const { folder, remove } = newP11Folder();
    endings.push(remove);
    const data = path.join(writeP11Token(folder), 'data');
    for (let number = 0; number < 140; number += 1)
      writeFileSync(
        path.join(data, `more-${number}.object`),
        objectFile([
          [0x0, 1],
          [0x1, true],
          [0x102, Uint8Array.of(0x77, number)],
          [0x3, Buffer.from('one of many')],
          [0x2, false],
          [0x80, 0],
          [0x11, sm2Identity.signing.certificate],
        ]),
      );
    const driver = await startHostedDriver(p11Config(built.library, folder));
    endings.push(() => driver.close());
    expect(await driver.listIdentities(device)).toHaveLength(128);
    expect(driver.status().generation).toBe(1);
  });

  it('holds data objects, such as seals, those behind the PIN in a session', async () => {
    const { driver, data } = await start();
    const seal = ops.random(3000);
    const write = (name: string, isPrivate: boolean, content: Uint8Array) =>
      writeFileSync(
        path.join(data, `${name}.object`),
        objectFile([
          [0x0, 0],
          [0x1, true],
          [0x2, isPrivate],
          [0x3, utf8Encode(name)],
          [0x11, content],
        ]),
      );
    write('公章', false, seal);
    write('secret', true, utf8Encode('for the holder'));
    expect(await driver.listFiles(device)).toEqual([{ name: '公章', size: 3000, needsPin: false }]);
    expect(equalBytes(await driver.readFile(device, '公章', null), seal)).toBe(true);
    expect(await driver.readFile(device, 'secret', await open(driver))).toEqual(utf8Encode('for the holder'));
    await expect(failure(driver.readFile(device, 'none', null))).resolves.toFailWith('ERR_TOKEN_FILE_NOT_FOUND');
    expect(readdirSync(data).filter((name) => name.endsWith('.object'))).toHaveLength(11);
  });

  it('names its mechanisms, and its own by their numbers', async () => {
    const { driver } = await start();
    const mechanisms = await driver.listMechanisms(device);
    expect(mechanisms).toContainEqual({
      name: 'CKM_RSA_PKCS',
      value: 1,
      minKeyBits: 2048,
      maxKeyBits: 4096,
      uses: ['decrypt', 'sign'],
    });
    expect(mechanisms.map(({ name }) => name)).toContain('0x80008000');
    expect(softMechanisms.sm2.sign.mechanism).toBe(0x80008000);
  });
});
