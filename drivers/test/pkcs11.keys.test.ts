import { concatBytes, utf8Encode } from '@onelock/core/bytes';
import { type KeyEncryption, type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate, prepareCertificateRequest } from '@onelock/core/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import {
  type Attribute,
  CKA_CLASS,
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKO_SECRET_KEY,
  CKU_USER,
  type Handle,
} from '../src/pkcs11/abi.ts';
import { createPkcs11Driver, type SoftHsmStore } from '../src/pkcs11/index.ts';
import { loadPkcs11Module, openLibrary } from '../src/pkcs11/load-module.ts';
import { find } from '../src/pkcs11/objects.ts';
import { spkiOf } from '../src/pkcs11/spki.ts';
import { certificateTemplate } from '../src/pkcs11/templates.ts';
import type { DeviceId, SessionId, TokenDriver } from '../src/port/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { newStore, writeTestToken } from './pkcs11-under-test.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const ca = new CaSide(ops);
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex');

requireReal(pkcs11Parts, pkcs11Library())('the keys of a SoftHSM2 token', (library) => {
  const before = process.cwd();
  let store: SoftHsmStore;
  let remove: () => void;
  let driver: TokenDriver;
  let device: DeviceId;
  let session: SessionId;
  let pin = '123456';

  beforeAll(async () => {
    ({ store, remove } = newStore(library));
    await writeTestToken(store);
    process.chdir(store.stateFolder);
    Object.assign(process.env, store.environment);
    writeEd25519();
    driver = await createPkcs11Driver({ id: 'softhsm2', family: 'pkcs11', ...store });
    const [first] = await driver.listDevices();
    if (first === undefined) throw new Error('no token');
    device = first.id;
    session = await driver.openSession(device, pinOf(pin));
  });
  afterAll(async () => {
    await driver?.close();
    process.chdir(before);
    remove();
  });

  /** What our provisioning has no form for: made on the token, with a certificate beside it. */
  function writeEd25519(): void {
    const cryptoki = openLibrary('softhsm2', library);
    const [slot] = cryptoki.C_GetSlotList(true);
    if (slot === undefined) throw new Error('no slot');
    const handle = cryptoki.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    cryptoki.C_Login(handle, CKU_USER, pin);
    const id = { type: 0x102, value: Buffer.of(0xed) };
    const parameters = Buffer.from('130c656477617264733235353139', 'hex');
    const common: Attribute[] = [{ type: 0x1, value: true }, id];
    const pair = cryptoki.C_GenerateKeyPair(
      handle,
      { mechanism: 0x1055 },
      [...common, { type: 0x180, value: parameters }],
      [...common, { type: 0x2, value: true }, { type: 0x108, value: true }],
    );
    const read = (object: Handle) => cryptoki.C_GetAttributeValue(handle, object, [{ type: 0x181 }])[0]?.value;
    const spki = spkiOf({ modulus: undefined, exponent: undefined, parameters, point: read(pair.publicKey) });
    if (spki === null) throw new Error('no Ed25519 key');
    const certificate = ca.certify(parsePublicKey(spki), 'signing', 'Ed25519');
    cryptoki.C_CreateObject(handle, certificateTemplate(certificate, { id: id.value, label: 'Ed25519' }));
    cryptoki.C_Finalize();
    cryptoki.close();
  }

  /** As an envelope has it, in one piece. */
  function sealed(scheme: KeyEncryption, cipher: 'aes-128-cbc' | 'aes-256-cbc', length: number) {
    const secret = ops.random(cipher === 'aes-128-cbc' ? 16 : 32);
    const [iv, plain] = [ops.random(16), length === 0 ? new Uint8Array() : ops.random(length)];
    const encryptedKey = ciphers.encryptKey(keyOf(rsaIdentity.signing.certificate), scheme, secret);
    const ciphertext = ciphers.encrypt(cipher, secret, iv, plain);
    return { plain, content: { encryptedKey, cipher, iv, ciphertext, last: true } };
  }

  /** Content keys that were forgotten in the token, by the library that this process shares with the driver. */
  function secretKeysLeft(): number {
    const cryptoki = new (loadPkcs11Module('softhsm2').PKCS11)();
    cryptoki.load(library);
    const [slot] = cryptoki.C_GetSlotList(true);
    if (slot === undefined) throw new Error('no slot');
    const handle = cryptoki.C_OpenSession(slot, CKF_SERIAL_SESSION);
    try {
      return find(cryptoki, handle, [{ type: CKA_CLASS, value: CKO_SECRET_KEY }]).length;
    } finally {
      cryptoki.C_CloseSession(handle);
      cryptoki.close();
    }
  }

  const identityOf = async (id: string) => {
    const found = (await driver.listIdentities(device)).find((identity) => identity.id === id);
    if (found === undefined) throw new Error(`no identity ${id}`);
    return found;
  };
  const keyOf = (certificate: Uint8Array | null): PublicKey => {
    if (certificate === null) throw new Error('no certificate');
    return parseCertificate(certificate).publicKey;
  };

  it('sign Ed25519 over the message, and no digest', async () => {
    expect((await driver.listDevices())[0]?.algorithms).toEqual(['rsa', 'ec', 'ed25519']);
    const key = keyOf((await identityOf('ed')).signingCertificate);
    const signature = await driver.sign(session, 'ed', { kind: 'ed25519' }, message);
    expect(ops.verify(key, { kind: 'ed25519' }, message.bytes, signature)).toBe(true);
    const digest = { kind: 'digest', bytes: ops.digest('sha256', message.bytes) } as const;
    await expect(failure(driver.sign(session, 'ed', { kind: 'ed25519' }, digest))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
  });

  it.each([{ kind: 'rsa-pkcs1v15' }, { kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha1' }] as const)(
    'open RSA key transport: $kind',
    async (scheme) => {
      const secret = ops.random(32);
      const { certificate } = rsaIdentity.signing;
      const ciphertext = ciphers.encryptKey(keyOf(certificate), scheme, secret);
      for (const named of [null, certificate]) {
        const key = { identityId: rsaIdentity.id, certificate: named };
        expect(hex(await driver.decrypt(session, key, scheme, ciphertext))).toBe(hex(secret));
      }
      const wrong = failure(driver.decrypt(session, { identityId: 'a1', certificate: null }, scheme, ops.random(300)));
      await expect(wrong).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    },
  );

  it('open nothing that this library cannot: OAEP of other digests, SM2, elliptic curves', async () => {
    const oaep = { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' } as const;
    for (const [identityId, scheme] of [
      [rsaIdentity.id, oaep],
      [rsaIdentity.id, { kind: 'sm2' }],
      [ecIdentity.id, { kind: 'rsa-pkcs1v15' }],
    ] as const)
      await expect(
        failure(driver.decrypt(session, { identityId, certificate: null }, scheme, ops.random(256))),
      ).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
  });

  it.each([
    ['rsa-pkcs1v15', 'aes-128-cbc', 1000],
    ['rsa-pkcs1v15', 'aes-256-cbc', 9000],
    ['rsa-oaep', 'aes-256-cbc', 15],
  ] as const)('open content whose key stays inside: %s, %s, %i bytes', async (kind, cipher, length) => {
    const scheme = kind === 'rsa-oaep' ? ({ kind, digest: 'sha1', mgf1Digest: 'sha1' } as const) : { kind };
    const { content, plain } = sealed(scheme, cipher, length);
    const cut = content.ciphertext.length > 16 ? 16 * Math.ceil(content.ciphertext.length / 32) : 0;
    const key = { identityId: rsaIdentity.id, certificate: null };
    const open = (from: number, to: number, last: boolean) => {
      const iv = from === 0 ? content.iv : content.ciphertext.subarray(from - 16, from);
      const ciphertext = content.ciphertext.subarray(from, to);
      return driver.decryptContent(session, key, scheme, { ...content, iv, ciphertext, last });
    };
    const parts = [...(cut > 0 ? [await open(0, cut, false)] : []), await open(cut, content.ciphertext.length, true)];
    expect(hex(concatBytes(...parts))).toBe(hex(plain));
    expect(secretKeysLeft()).toBe(0);
  });

  it('open no content that was altered, under another key, or with a cipher of another', async () => {
    const scheme = { kind: 'rsa-pkcs1v15' } as const;
    const { content } = sealed(scheme, 'aes-128-cbc', 100);
    const key = { identityId: rsaIdentity.id, certificate: null };
    const altered = Uint8Array.from(content.ciphertext);
    altered[altered.length - 20] = (altered.at(-20) ?? 0) ^ 0x40;
    for (const wrong of [
      { ciphertext: altered },
      { ciphertext: content.ciphertext.subarray(0, 17) },
      { encryptedKey: ops.random(256) },
      { encryptedKey: ops.random(10) },
    ])
      await expect(
        failure(driver.decryptContent(session, key, scheme, { ...content, ...wrong })),
        JSON.stringify(Object.keys(wrong)),
      ).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
    for (const [identityId, cipher] of [
      [rsaIdentity.id, 'sm4-cbc'],
      [ecIdentity.id, 'aes-128-cbc'],
    ] as const)
      await expect(
        failure(driver.decryptContent(session, { ...key, identityId }, scheme, { ...content, cipher })),
      ).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
    expect(secretKeysLeft()).toBe(0);
  });

  it('are made on it, sign a request at once, and take the certificate of that key alone', async () => {
    expect((await driver.listDevices())[0]?.keySpecs).toEqual(['rsa-2048', 'rsa-3072', 'rsa-4096', 'p256']);
    for (const keySpec of ['rsa-2048', 'p256'] as const) {
      const { identityId, publicKey: spki } = await driver.generateKeyPair(session, keySpec, `容器 ${keySpec}`);
      const publicKey = parsePublicKey(spki);
      const fresh = await identityOf(identityId);
      expect(fresh).toMatchObject({ label: `容器 ${keySpec}`, signingCertificate: null });
      expect(hex(fresh.uncertifiedSigningKey)).toBe(hex(spki));
      const subjectDer = parseCertificate(rsaIdentity.signing.certificate).subject.der;
      const request = prepareCertificateRequest({ subjectDer, publicKey }, ops);
      const signature = await driver.sign(session, identityId, request.algorithm, {
        kind: 'message',
        bytes: request.toBeSigned,
      });
      // Verifies what it assembles.
      expect(request.assemble(signature).length).toBeGreaterThan(64);
      const foreign = driver.importCertificate(session, identityId, 'signing', rsaIdentity.signing.certificate);
      await expect(failure(foreign)).resolves.toFailWith('ERR_TOKEN_CERTIFICATE_MISMATCH');
      for (const name of ['Test Company', 'Test Company, renewed']) {
        const certificate = ca.certify(publicKey, 'signing', name);
        await driver.importCertificate(session, identityId, 'signing', certificate);
        expect(hex((await identityOf(identityId)).signingCertificate)).toBe(hex(certificate));
      }
    }
    await expect(failure(driver.generateKeyPair(session, 'sm2', 'x'))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
    const { pair } = ca.deliver(ops.generateKeyPair({ kind: 'sm2' }).publicKey);
    await expect(failure(driver.importEncryptionKeyPair(session, 'a1', pair, null))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
  });

  it('say why they do not do the rest', async () => {
    const [shown] = await driver.listDevices();
    expect(shown?.lacks?.map(({ capability, reason }) => [capability, reason])).toEqual([
      ['pin-retries', 'family'],
      ['unblock-pin-remote', 'family'],
      ['import-encryption-key', 'library'],
    ]);
    expect((await driver.listMechanisms(device)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['CKM_RSA_PKCS', 'CKM_ECDSA', 'CKM_EDDSA']),
    );
  });

  it('are behind a PIN that its owner changes, and the security officer sets anew', async () => {
    await driver.changePin(device, pinOf(pin), pinOf('97531864'));
    expect(await failure(driver.openSession(device, pinOf(pin)))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(await failure(driver.changePin(device, pinOf('000000'), pinOf(pin)))).toFailWith('ERR_TOKEN_PIN_INCORRECT');
    pin = '97531864';
    session = await driver.openSession(device, pinOf(pin));
    expect(await failure(driver.unblockPin(device, pinOf('00000000'), pinOf('24681357')))).toFailWith(
      'ERR_TOKEN_PIN_INCORRECT',
    );
    expect(await driver.pinStatus(device, 'admin')).toMatchObject({ low: true });
    await driver.unblockPin(device, pinOf('87654321'), pinOf('24681357'));
    await expect(
      failure(driver.sign(session, ecIdentity.id, { kind: 'ecdsa', digest: 'sha256' }, message)),
    ).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    session = await driver.openSession(device, pinOf('24681357'));
    const signature = await driver.sign(session, ecIdentity.id, { kind: 'ecdsa', digest: 'sha256' }, message);
    expect(
      ops.verify(keyOf(ecIdentity.signing.certificate), { kind: 'ecdsa', digest: 'sha256' }, message.bytes, signature),
    ).toBe(true);
  });
});
