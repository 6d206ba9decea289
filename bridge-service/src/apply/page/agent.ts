import { bytesFromBase64, bytesToBase64, connect, isOneLockError, type OneLockClient, type Result } from '@onelock/sdk';
import type { ApplicationDetail, DeliveryView } from './shapes.ts';

export type Identity = Result<'listCertificates'>['identities'][number];
export type Medium = Result<'listDevices'>['devices'][number];

export function connectAgent(ports: readonly number[], locale: 'zh-CN' | 'en'): Promise<OneLockClient> {
  return connect({ ports, locale, reconnect: 'background' });
}

export async function listMedia(client: OneLockClient): Promise<readonly Medium[]> {
  return (await client.listDevices()).devices;
}

/** Certificates that can sign for a renewal. */
export async function listSigning(client: OneLockClient): Promise<readonly Identity[]> {
  const { identities } = await client.listCertificates();
  return identities.filter(({ signing }) => signing !== null);
}

export async function certificateOf(client: OneLockClient, { key }: Identity): Promise<string> {
  return bytesToBase64((await client.getCertificate({ key, usage: 'sign' })).certificate);
}

type KeySpec = ApplicationDetail['product']['keySpec'];

/** P-256 keys are made by other software than the agent. */
export const canMake = (keySpec: KeySpec): boolean => keySpec !== 'p256';

export interface MadeKey {
  readonly key: string;
  /** PKCS#10, base64. */
  readonly request: string;
}

export async function makeKey(
  client: OneLockClient,
  device: string,
  { product, subject }: ApplicationDetail,
  title: string,
): Promise<MadeKey> {
  const { keySpec, variant } = product;
  if (keySpec === 'p256') throw new TypeError('the agent makes no P-256 keys');
  const { companyName, creditCode, province, locality } = subject;
  const made = await client.createCertificateRequest({
    ...{ device, keySpec, variant, display: { title } },
    subject: {
      ...{ organization: companyName, commonName: companyName, unifiedSocialCreditCode: creditCode },
      ...(province !== null && { province }),
      ...(locality !== null && { locality }),
    },
  });
  return { key: made.key, request: bytesToBase64(made.request) };
}

/** The old certificate's signature over the new request. */
export async function signWithOld(client: OneLockClient, key: string, request: string, title: string): Promise<string> {
  const content = bytes(request);
  const { message } = await client.signMessage({ key, content, form: 'detached', display: { title } });
  return bytesToBase64(message);
}

/** The medium that is plugged in is not the one. */
export class NoKeyHere extends Error {}

/**
 * Writes what was issued: the signing certificate, then the encryption certificate with its key. What is there already is passed over, so
 * that it can be begun again.
 *
 * @param known  handle of the key, where the page has made it itself
 * @throws {NoKeyHere}
 */
export async function install(
  client: OneLockClient,
  view: ApplicationDetail,
  delivery: DeliveryView,
  known: string | null,
  title: string,
  tell: (step: 'installingSigning' | 'installingEncryption') => void,
): Promise<void> {
  const key = await writeSigning(client, view, delivery, known, title, tell);
  const { encryptionCertificate, envelope } = delivery;
  if (encryptionCertificate === null || envelope === null) return;
  tell('installingEncryption');
  const content = bytes(envelope.bytes);
  await client.importEncryptionKeyPair({
    ...{ key, certificate: bytes(encryptionCertificate), display: { title } },
    delivery:
      envelope.kind === 'sm2-enveloped-key'
        ? { kind: 'sm2-enveloped-key', envelope: content }
        : { kind: 'skf-enveloped-key-blob', blob: content },
  });
}

async function writeSigning(
  client: OneLockClient,
  view: ApplicationDetail,
  delivery: DeliveryView,
  known: string | null,
  title: string,
  tell: (step: 'installingSigning') => void,
): Promise<string> {
  const { identities } = await client.listCertificates();
  const serial = view.signing?.serialNumber;
  const written = identities.find(({ signing }) => signing !== null && signing.serialNumber === serial);
  if (written !== undefined) return written.key;
  const bare = identities.filter(({ signing }) => signing === null).map(({ key }) => key);
  const candidates = known !== null && bare.includes(known) ? [known] : [...(known === null ? [] : [known]), ...bare];
  tell('installingSigning');
  for (const key of candidates) {
    try {
      const certificate = bytes(delivery.signingCertificate);
      await client.importCertificate({ key, usage: 'sign', certificate, display: { title } });
      return key;
    } catch (error) {
      // Another key of the same medium, or one of a medium that was pulled out: refused before anybody typed a PIN.
      const other = ['ERR_TOKEN_CERTIFICATE_MISMATCH', 'ERR_TOKEN_HANDLE_STALE', 'ERR_TOKEN_KEY_NOT_FOUND'];
      if (!isOneLockError(error) || !other.includes(error.code)) throw error;
    }
  }
  throw new NoKeyHere();
}

function bytes(base64: string): Uint8Array {
  const read = bytesFromBase64(base64);
  if (read === null) throw new TypeError('not base64');
  return read;
}
