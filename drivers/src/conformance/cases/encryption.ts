import { concatBytes, equalBytes, utf8Encode } from '@onelock/core/bytes';
import { openEnvelopeLater, parseEnvelope, sealEnvelope } from '@onelock/core/cms';
import type { KeyEncryption } from '@onelock/core/crypto';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { SessionId, TokenDevice } from '../../port/index.ts';
import { type ConformanceCase, Unsupported } from '../conformance-case.ts';
import { lackOf, type Trial } from '../trial.ts';
import { says } from '../words.ts';

/** An encryption certificate of the device and how content keys come to it. */
export interface EncryptionKey {
  readonly identityId: string;
  readonly certificate: Certificate;
  readonly scheme: KeyEncryption;
}

export const wrongPlaintext = says('解出的内容不对', 'it decrypted to something else');

export async function encryptionKeys(trial: Trial, device: TokenDevice): Promise<readonly EncryptionKey[]> {
  return (await trial.driver.listIdentities(device.id)).flatMap(({ id, encryptionCertificate }): EncryptionKey[] => {
    if (encryptionCertificate === null) return [];
    const certificate = parseCertificate(encryptionCertificate);
    const { kind } = certificate.publicKey;
    if (kind === 'sm2') return [{ identityId: id, certificate, scheme: { kind } }];
    return kind === 'rsa' ? [{ identityId: id, certificate, scheme: { kind: 'rsa-pkcs1v15' } }] : [];
  });
}

async function demandKeys(trial: Trial, device: TokenDevice): Promise<readonly EncryptionKey[]> {
  const keys = await encryptionKeys(trial, device);
  if (keys.length === 0) throw new Unsupported(says('介质内没有加密证书', 'no encryption certificate on the device'));
  return keys;
}

export const decryption: ConformanceCase = {
  id: 'decrypt',
  title: says('私钥解密', 'decrypt with the private key'),
  topic: 'decrypt',
  async run(trial) {
    const { driver, subject } = trial;
    const device = await trial.device();
    trial.require(device, 'decrypt');
    const keys = await demandKeys(trial, device);
    await trial.withSession(device.id, async (session) => {
      for (const key of keys) {
        const secret = subject.ops.random(16);
        const ciphertext = subject.ciphers.encryptKey(key.certificate.publicKey, key.scheme, secret);
        trial.expect(equalBytes(await decrypts(trial, session, key, ciphertext), secret), wrongPlaintext);
        // Wrong PKCS#1 padding may be answered with other octets; a wrong SM2 ciphertext is known by its C3.
        if (key.scheme.kind !== 'sm2') continue;
        const altered = Uint8Array.from(ciphertext);
        altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
        await trial.refuses(
          decrypts(trial, session, key, altered),
          ['ERR_ENVELOPE_CONTENT_INVALID'],
          says('改动过的密文被解密', 'an altered ciphertext was decrypted'),
        );
      }
      trial.about('handles');
      const [key] = keys;
      if (key === undefined) return;
      const ciphertext = subject.ciphers.encryptKey(key.certificate.publicKey, key.scheme, subject.ops.random(16));
      await trial.refuses(
        driver.decrypt(session, { identityId: 'ff', certificate: null }, key.scheme, ciphertext),
        ['ERR_TOKEN_KEY_NOT_FOUND'],
        says('不存在的密钥能解密', 'a key that does not exist decrypts'),
      );
    });
  },
};

export function decrypts(
  { driver }: Trial,
  session: SessionId,
  { identityId, certificate, scheme }: EncryptionKey,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  return driver.decrypt(session, { identityId, certificate: certificate.der }, scheme, ciphertext);
}

/** Content under a content key that is encrypted to one of the device's keys. */
export interface SealedSecret {
  readonly key: EncryptionKey;
  readonly contentKey: Uint8Array;
  readonly encryptedKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly plain: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export function sealSecret({ subject: { ops, ciphers } }: Trial, key: EncryptionKey): SealedSecret {
  const [contentKey, iv, plain] = [ops.random(16), ops.random(16), ops.random(100)];
  const encryptedKey = ciphers.encryptKey(key.certificate.publicKey, key.scheme, contentKey);
  const cipher = contentCipherOf(key);
  return { key, contentKey, encryptedKey, iv, plain, ciphertext: ciphers.encrypt(cipher, contentKey, iv, plain) };
}

/** Whether the device opens it: by giving out the content key, or else, where it keeps that inside, by opening the content. */
export async function opensSecret(
  trial: Trial,
  session: SessionId,
  device: TokenDevice,
  { key, contentKey, encryptedKey, iv, plain, ciphertext }: SealedSecret,
): Promise<boolean> {
  if (device.capabilities.includes('decrypt'))
    return equalBytes(await decrypts(trial, session, key, encryptedKey), contentKey);
  trial.require(device, 'decrypt-content');
  const { identityId, certificate, scheme } = key;
  const content = { encryptedKey, cipher: contentCipherOf(key), iv, ciphertext, last: true };
  const opened = trial.driver.decryptContent(session, { identityId, certificate: certificate.der }, scheme, content);
  return equalBytes(await opened, plain);
}

const contentCipherOf = ({ scheme }: EncryptionKey): 'sm4-cbc' | 'aes-128-cbc' =>
  scheme.kind === 'sm2' ? 'sm4-cbc' : 'aes-128-cbc';

export const envelope: ConformanceCase = {
  id: 'envelope',
  title: says('打开数字信封', 'open an envelope'),
  topic: 'decrypt',
  async run(trial) {
    const device = await trial.device();
    const gives = device.capabilities.includes('decrypt');
    if (!gives && !device.capabilities.includes('decrypt-content')) throw new Unsupported(lackOf(device, 'decrypt'));
    const keys = await demandKeys(trial, device);
    await trial.withSession(device.id, async (session) => {
      for (const key of keys) {
        if (gives) await opensMessage(trial, session, key);
        if (device.capabilities.includes('decrypt-content')) await opensContentInside(trial, session, key);
        else trial.note(lackOf(device, 'decrypt-content'));
      }
    });
  },
};

/** A whole message, GM/T 0010 for SM2 and PKCS#7 for RSA, whose content key the token gives out. */
async function opensMessage(trial: Trial, session: SessionId, key: EncryptionKey): Promise<void> {
  const { ops, ciphers } = trial.subject;
  const content = utf8Encode('投标报价 '.repeat(100));
  trial.about('decrypt');
  const sealed = sealEnvelope({ content, recipients: [key.certificate], rsa: 'pkcs1v15' }, ops, ciphers);
  const opened = await openEnvelopeLater(
    { envelope: parseEnvelope(sealed), certificate: key.certificate, policy: { at: new Date() } },
    ({ scheme, encryptedKey }) => decrypts(trial, session, { ...key, scheme }, encryptedKey),
    ops,
    ciphers,
  );
  trial.expect(equalBytes(opened.content, content), wrongPlaintext);
}

/** Content in two parts, under a content key that stays inside. */
async function opensContentInside(trial: Trial, session: SessionId, key: EncryptionKey): Promise<void> {
  const { ops, ciphers } = trial.subject;
  trial.about('decrypt-content');
  const cipher = contentCipherOf(key);
  const [contentKey, iv, plain] = [ops.random(16), ops.random(16), ops.random(1000)];
  const encryptedKey = ciphers.encryptKey(key.certificate.publicKey, key.scheme, contentKey);
  const ciphertext = ciphers.encrypt(cipher, contentKey, iv, plain);
  const part = (from: number, to: number, last: boolean): Promise<Uint8Array> =>
    trial.driver.decryptContent(session, { identityId: key.identityId, certificate: key.certificate.der }, key.scheme, {
      encryptedKey,
      cipher,
      iv: from === 0 ? iv : ciphertext.subarray(from - 16, from),
      ciphertext: ciphertext.subarray(from, to),
      last,
    });
  const parts = [await part(0, 320, false), await part(320, ciphertext.length, true)];
  trial.expect(equalBytes(concatBytes(...parts), plain), wrongPlaintext);
}

export const dualCertificates: ConformanceCase = {
  id: 'dual-certificates',
  title: says('双证书：签名与加密各用其钥', 'dual certificates: signing and encryption each by its own key'),
  topic: 'certificate',
  async run(trial) {
    const { subject, driver } = trial;
    const device = await trial.device();
    const identities = await driver.listIdentities(device.id);
    const dual = identities.find((each) => each.signingCertificate !== null && each.encryptionCertificate !== null);
    const key = (await trial.signingKeys(device.id)).find(({ identity }) => identity.id === dual?.id);
    if (dual?.encryptionCertificate == null || key === undefined)
      throw new Unsupported(says('介质内没有双证书', 'no dual certificates on the device'));
    const twin = parseCertificate(dual.encryptionCertificate);
    trial.expect(
      !equalBytes(twin.publicKey.spki, key.certificate.publicKey.spki),
      says('两张证书是同一把密钥', 'both certificates are of one key'),
    );
    trial.expect(
      key.certificate.keyUsage?.has('digitalSignature') !== false,
      says('签名证书的密钥用途不含签名', 'the signing certificate’s key usage does not allow it'),
    );
    await trial.withSession(device.id, async (session) => {
      trial.about(`sign-${key.kind}`);
      const content = utf8Encode('dual');
      const signature = await driver.sign(session, dual.id, key.algorithm, { kind: 'message', bytes: content });
      const by = (certificate: Certificate): boolean =>
        subject.ops.verify(certificate.publicKey, key.algorithm, content, signature);
      trial.expect(by(key.certificate), says('签名不是签名密钥所作', 'the signature is not the signing key’s'));
      if (twin.publicKey.kind === key.certificate.publicKey.kind)
        trial.expect(!by(twin), says('用加密密钥作了签名', 'the encryption key signed'));
      if (!device.capabilities.includes('decrypt')) return trial.note(lackOf(device, 'decrypt'));
      trial.about('decrypt');
      const [encryption] = (await encryptionKeys(trial, device)).filter(({ identityId }) => identityId === dual.id);
      if (encryption === undefined) return;
      const secret = subject.ops.random(16);
      const ciphertext = subject.ciphers.encryptKey(twin.publicKey, encryption.scheme, secret);
      trial.expect(equalBytes(await decrypts(trial, session, encryption, ciphertext), secret), wrongPlaintext);
    });
  },
};
