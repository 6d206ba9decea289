import type { PublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '@onelock/drivers/port';
import type { CallContext } from '../dispatch/call-context.ts';
import type { KeyTarget } from '../dispatch/handles.ts';
import type { ActTarget } from './key-act.ts';
import type { AgentParts } from './parts.ts';

/** A key that a handle names, as it is on its device now. */
export interface FoundKey {
  readonly target: KeyTarget;
  readonly identity: TokenIdentity;
}

/** A key with the certificate by which a person knows it; null while it has none. */
export interface ShownKey extends FoundKey {
  readonly certificate: Certificate | null;
}

export function targetOf({ target, certificate }: ShownKey): ActTarget {
  return { present: target.present, identityId: target.identityId, certificate };
}

/** A key that can sign. */
export interface SigningKey extends ShownKey {
  readonly certificate: Certificate;
  readonly publicKey: PublicKey;
}

/**
 * Follows a key handle to its device.
 *
 * @throws {CodedError} ERR_TOKEN_HANDLE_STALE, ERR_TOKEN_KEY_NOT_FOUND, ERR_TOKEN_REMOVED, ERR_DRIVER_…
 */
export async function findKey(parts: AgentParts, context: CallContext, handle: string): Promise<FoundKey> {
  const target = parts.handles.key(context.origin, handle);
  const { driver, device } = target.present;
  const identities = await driver.listIdentities(device.id);
  const identity = identities.find(({ id }) => id === target.identityId);
  if (identity === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  return { target, identity };
}

/** Any key, for acts that are not the key's own: its PIN, its certificates. @throws {CodedError} as {@link findKey} */
export async function findShownKey(parts: AgentParts, context: CallContext, handle: string): Promise<ShownKey> {
  const found = await findKey(parts, context, handle);
  const der = found.identity.signingCertificate ?? found.identity.encryptionCertificate;
  return { ...found, certificate: der === null ? null : parseCertificate(der) };
}

/** @throws {CodedError} as {@link findKey}; ERR_TOKEN_KEY_USAGE for a key that only encrypts */
export async function findSigningKey(parts: AgentParts, context: CallContext, handle: string): Promise<SigningKey> {
  const found = await findKey(parts, context, handle);
  const { signingCertificate } = found.identity;
  if (signingCertificate === null) throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'sign' });
  const certificate = parseCertificate(signingCertificate);
  const usage = certificate.keyUsage;
  if (usage !== undefined && !usage.has('digitalSignature') && !usage.has('nonRepudiation'))
    throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'digitalSignature' });
  return { ...found, certificate, publicKey: certificate.publicKey };
}
