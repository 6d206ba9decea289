import { equalBytes } from '@onelock/core/bytes';
import type { Params, Result } from '@onelock/core/contract';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, formatName, parseCertificate, prepareCertificateRequest } from '@onelock/core/x509';
import type { SessionId, TokenIdentity } from '@onelock/drivers/port';
import type { Fact } from '../consent/question.ts';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import type { KeyTarget } from '../dispatch/handles.ts';
import { instant, lenient } from '../shapes/certificate-shape.ts';
import { plainLine } from '../shapes/plain-line.ts';
import { type Identity, identityEntry } from './certificates.ts';
import { deliveredPair } from './delivered-pair.ts';
import { demandCapability } from './demand-capability.ts';
import { findShownKey, targetOf } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { requestExtensions, requestSubject } from './request-subject.ts';
import { signChecked } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

type Request = Params<'createCertificateRequest'>;

/** From a new key pair to a token with its certificates, and every renewal after that. */
export function certificateIssue(parts: AgentParts) {
  return {
    createCertificateRequest: (params, context: CallContext) => createCertificateRequest(parts, params, context),
    importCertificate: (params, context: CallContext) => importCertificate(parts, params, context),
    importEncryptionKeyPair: (params, context: CallContext) => importEncryptionKeyPair(parts, params, context),
  } satisfies Handlers;
}

async function createCertificateRequest(
  parts: AgentParts,
  params: Request,
  context: CallContext,
): Promise<Result<'createCertificateRequest'>> {
  const { keySpec, subject, display } = params;
  const present = parts.handles.device(context.origin, params.device);
  demandCapability(present, 'generate-key', 'createCertificateRequest');
  if (present.device.keySpecs?.includes(keySpec) === false)
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: keySpec });
  const variant = params.variant ?? (keySpec === 'sm2' ? 'dual' : 'single');
  const on = { present, identityId: null, certificate: null };
  const facts: readonly Fact[] = [
    ...subjectFacts(subject),
    { name: 'keySpec', value: keySpec.toUpperCase().replace('-', ' ') },
    { name: 'variant', value: variant },
  ];
  const act = { act: 'createCertificateRequest', on, stated: stated(display), facts } as const;
  const { driver } = present;
  const made = await actWithKey(parts, context, act, null, async (session) => {
    const label = params.label ?? subject.commonName.slice(0, 64);
    const { identityId, publicKey } = await driver.generateKeyPair(session, keySpec, label);
    const made = parsePublicKey(publicKey);
    const request = prepareCertificateRequest(
      { subjectDer: requestSubject(subject), publicKey: made, extensions: requestExtensions(subject) },
      parts.ops,
    );
    // A CA would certify whatever key the token shows; this proves that it can sign with it.
    const key = { target: { present, identityId }, publicKey: made };
    const signature = await signChecked(parts, key, session, request.algorithm, request.toBeSigned);
    return { identityId, publicKey, request: request.assemble(signature) };
  });
  const key = parts.handles.keyHandle(context.origin, { present, identityId: made.identityId });
  return { key, request: made.request, publicKey: made.publicKey, variant };
}

async function importCertificate(
  parts: AgentParts,
  params: Params<'importCertificate'>,
  context: CallContext,
): Promise<Result<'importCertificate'>> {
  const key = await findShownKey(parts, context, params.key);
  const { target, identity } = key;
  demandCapability(target.present, 'import-certificate', 'importCertificate');
  const certificate = parseCertificate(params.certificate);
  const use = params.usage === 'sign' ? 'signing' : 'encryption';
  demandSameKey(use === 'signing' ? identity.uncertifiedSigningKey : identity.uncertifiedEncryptionKey, certificate);
  const facts = [{ name: 'use', value: params.usage }] as const;
  const on = targetOf(key);
  const act = { act: 'importCertificate', on, stated: stated(params.display), facts, incoming: certificate } as const;
  await actWithKey(parts, context, act, null, (session) =>
    target.present.driver.importCertificate(session, target.identityId, use, params.certificate),
  );
  return { identity: await written(parts, context, target, 'written') };
}

async function importEncryptionKeyPair(
  parts: AgentParts,
  params: Params<'importEncryptionKeyPair'>,
  context: CallContext,
): Promise<Result<'importEncryptionKeyPair'>> {
  const key = await findShownKey(parts, context, params.key);
  const { target, identity } = key;
  demandCapability(target.present, 'import-encryption-key', 'importEncryptionKeyPair');
  const incoming = params.certificate === undefined ? null : parseCertificate(params.certificate);
  const pair = deliveredPair(params.delivery, incoming);
  if (
    incoming !== null &&
    !(incoming.publicKey.kind === 'sm2' && equalBytes(incoming.publicKey.point, pair.publicPoint))
  )
    throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
  const on = targetOf(key);
  const act = { act: 'importEncryptionKeyPair', on, stated: stated(params.display), incoming } as const;
  const work = (session: SessionId): Promise<void> =>
    target.present.driver.importEncryptionKeyPair(session, target.identityId, pair, params.certificate ?? null);
  await actWithKey(parts, context, act, null, work);
  const change = identity.encryptionCertificate === null ? 'written' : 'renewed';
  return { identity: await written(parts, context, target, change) };
}

/** Refused before anybody types a PIN, where the token shows the key; the token checks it again. */
function demandSameKey(publicKey: Uint8Array | undefined, certificate: Certificate): void {
  if (publicKey === undefined) return;
  if (!equalBytes(publicKey, certificate.publicKey.spki)) throw new CodedError('ERR_TOKEN_CERTIFICATE_MISMATCH');
}

/** The identity as it is now; pages are told that it changed. */
async function written(
  parts: AgentParts,
  { origin }: CallContext,
  target: KeyTarget,
  change: 'written' | 'renewed',
): Promise<Identity> {
  const { present, identityId } = target;
  const identities = await present.driver.listIdentities(present.device.id);
  const identity = identities.find(({ id }) => id === identityId);
  if (identity === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  tellOfCertificate(parts, target, identity, change);
  return identityEntry(parts, origin, present, identity);
}

function tellOfCertificate(
  parts: AgentParts,
  target: KeyTarget,
  { signingCertificate, encryptionCertificate }: TokenIdentity,
  change: 'written' | 'renewed',
): void {
  const der = change === 'renewed' ? encryptionCertificate : (signingCertificate ?? encryptionCertificate);
  const certificate = der === null ? undefined : lenient(() => parseCertificate(der));
  if (certificate === undefined) return;
  parts.events.broadcast('certificatesChanged', (connection) => ({
    change,
    key: parts.handles.keyHandle(connection.origin, target),
    subject: formatName(certificate.subject).slice(0, 1024),
    notAfter: instant(certificate.notAfter),
    daysLeft: null,
  }));
}

function subjectFacts(subject: Request['subject']): readonly Fact[] {
  const place = [subject.country ?? 'CN', subject.province, subject.locality].filter((part) => part !== undefined);
  const named = [
    ['organization', subject.organization],
    ['organizationalUnit', subject.organizationalUnit],
    ['commonName', subject.commonName],
    ['creditCode', subject.unifiedSocialCreditCode],
    ['place', place.join(' · ')],
  ] as const;
  return named.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: plainLine(value) }]));
}
