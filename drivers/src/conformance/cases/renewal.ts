import { equalBytes } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate, prepareCertificateRequest } from '@onelock/core/x509';
import type { SessionId, TokenIdentity } from '../../port/index.ts';
import { type ConformanceCase, Departure, Unsupported } from '../conformance-case.ts';
import { EphemeralCa, name } from '../ephemeral-ca.ts';
import type { Trial } from '../trial.ts';
import { says } from '../words.ts';
import { type EncryptionKey, opensSecret, sealSecret, wrongPlaintext } from './encryption.ts';

/** What a CA and a token do together over the years: a key, its certificate, an encryption key, and a later one. */
export const renewal: ConformanceCase = {
  id: 'renewal',
  title: says('续期：旧加密密钥保留', 'renewal: the old encryption key is kept'),
  topic: 'import-encryption-key',
  async run(trial) {
    const { driver, subject } = trial;
    const device = await trial.device();
    for (const capability of ['generate-key', 'import-certificate', 'import-encryption-key'] as const)
      trial.require(device, capability);
    if (device.keySpecs !== undefined && !device.keySpecs.includes('sm2'))
      throw new Unsupported(says('该介质不能生成 SM2 密钥', 'the token does not make SM2 keys'));
    if (!trial.may('make-keys'))
      throw new Unsupported(says('未获许可在介质中生成密钥', 'not permitted to make keys on it'));
    const ca = new EphemeralCa(subject.ops);
    await trial.withSession(device.id, async (session) => {
      trial.about('generate-key');
      const { identityId, publicKey } = await driver.generateKeyPair(session, 'sm2', 'conformance');
      const key = parsePublicKey(publicKey);
      await provesPossession(trial, session, identityId, publicKey);
      trial.about('import-certificate');
      await driver.importCertificate(session, identityId, 'signing', ca.certify(key, 'signing'));
      const stranger = ca.certify(subject.ops.generateKeyPair({ kind: 'sm2' }).publicKey, 'signing');
      await trial.refuses(
        driver.importCertificate(session, identityId, 'signing', stranger),
        ['ERR_TOKEN_CERTIFICATE_MISMATCH'],
        says('写入了别的密钥的证书', 'a certificate of another key was taken'),
      );
      trial.about('import-encryption-key');
      const first = ca.deliver(key);
      await driver.importEncryptionKeyPair(session, identityId, first.pair, first.certificate);
      const old = encryptionKey(identityId, first.certificate);
      const kept = sealSecret(trial, old);
      trial.expect(await opensSecret(trial, session, device, kept), wrongPlaintext);
      const renewed = await renew(trial, session, ca, identityId, key);
      trial.expect(await opensSecret(trial, session, device, sealSecret(trial, renewed)), wrongPlaintext);
      trial.expect(
        await opensSecret(trial, session, device, kept),
        says('旧信封打不开了', 'the old envelope no longer opens'),
      );
      await listsBoth(trial, old, renewed);
    });
  },
};

/**
 * A new encryption key in place of the old one, which the token keeps beside it; or, where a container holds one and no more
 * (SKF), a new key pair in a container of its own.
 */
async function renew(
  trial: Trial,
  session: SessionId,
  ca: EphemeralCa,
  identityId: string,
  signingKey: PublicKey,
): Promise<EncryptionKey> {
  const { driver } = trial;
  const { pair, certificate } = ca.deliver(signingKey);
  try {
    await driver.importEncryptionKeyPair(session, identityId, pair, certificate);
    trial.note(says('新旧加密密钥在同一容器', 'the old encryption key stays in the same container'));
    return encryptionKey(identityId, certificate);
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'ERR_TOKEN_FULL') throw error;
  }
  trial.note(says('续期使用新容器，旧容器保留', 'the renewed key has a container of its own; the old one stays'));
  const generated = await driver.generateKeyPair(session, 'sm2', 'conformance renewed');
  const key = parsePublicKey(generated.publicKey);
  await driver.importCertificate(session, generated.identityId, 'signing', ca.certify(key, 'signing'));
  const next = ca.deliver(key);
  await driver.importEncryptionKeyPair(session, generated.identityId, next.pair, next.certificate);
  return encryptionKey(generated.identityId, next.certificate);
}

async function listsBoth(trial: Trial, old: EncryptionKey, renewed: EncryptionKey): Promise<void> {
  trial.about('certificate');
  const listed = await identityOf(trial, renewed.identityId);
  const present = listed.encryptionCertificate;
  trial.expect(
    present !== null && equalBytes(present, renewed.certificate.der),
    says('列出的不是新的加密证书', 'the encryption certificate that is listed is not the new one'),
  );
  const before = await identityOf(trial, old.identityId);
  const earlier = [
    ...(before.earlierEncryption ?? []),
    ...(before.encryptionCertificate ? [before.encryptionCertificate] : []),
  ];
  trial.expect(
    earlier.some((each) => equalBytes(each, old.certificate.der)),
    says('旧的加密证书不再列出', 'the old encryption certificate is not listed any more'),
  );
}

function encryptionKey(identityId: string, der: Uint8Array): EncryptionKey {
  return { identityId, certificate: parseCertificate(der), scheme: { kind: 'sm2' } };
}

/** The request for a certificate, signed by the new key: what a CA asks for before it certifies anything. */
async function provesPossession(trial: Trial, session: SessionId, identityId: string, spki: Uint8Array): Promise<void> {
  const request = prepareCertificateRequest(
    { subjectDer: name('conformance'), publicKey: parsePublicKey(spki) },
    trial.subject.ops,
  );
  const input = { kind: 'message', bytes: request.toBeSigned } as const;
  const signature = await trial.driver.sign(session, identityId, request.algorithm, input);
  const { ops } = trial.subject;
  trial.expect(
    ops.verify(parsePublicKey(spki), request.algorithm, request.toBeSigned, signature),
    says('新密钥的签名不对', 'the new key’s signature is wrong'),
  );
}

async function identityOf(trial: Trial, identityId: string): Promise<TokenIdentity> {
  const { id } = await trial.device();
  const identity = (await trial.driver.listIdentities(id)).find((each) => each.id === identityId);
  if (identity === undefined) throw new Departure(says('新证书未列出', 'the new identity is not listed'));
  return identity;
}
