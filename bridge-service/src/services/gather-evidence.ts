import type { Deviation } from '@onelock/core/deviations';
import { CodedError } from '@onelock/core/errors';
import type { PeerName, PolicyRequirements, ProfileName } from '@onelock/core/path';
import type { RevocationMode, TrustEvidence } from '@onelock/core/validation';
import type { Certificate, KeyUsageName } from '@onelock/core/x509';
import type { SourceOutcome } from './ports/evidence.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Caller } from './ports/records.ts';
import { readBytes, readCertificateList } from './read-certificates.ts';
import { deviationsFor } from './registry/ca-deviations.ts';
import { requiredAnswers } from './required-answers.ts';

/** What a caller may say about how trust is to be judged. Certificates are PEM or base64 DER, other bytes base64. */
export interface TrustQuestion {
  readonly intermediates?: readonly string[] | undefined;
  readonly trustAnchors?: readonly string[] | undefined;
  /** ISO 8601. */
  readonly at?: string | undefined;
  readonly profile?: ProfileName | undefined;
  readonly revocation?: RevocationMode | undefined;
  readonly crls?: readonly string[] | undefined;
  readonly ocspResponses?: readonly string[] | undefined;
  readonly policies?: PolicyRequirements | undefined;
  readonly peerName?: PeerName | undefined;
  readonly keyUsage?: readonly KeyUsageName[] | undefined;
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly maxIntermediates?: number | undefined;
  /**
   * `fetch`: the service brings revocation evidence from the sources of CAs. `supplied`: only what comes with the question counts.
   * The latter where the question brings anchors or evidence, as a published suite does; else the former.
   */
  readonly evidence?: 'fetch' | 'supplied' | undefined;
}

/**
 * Fields by which a caller replaces the service's own judgement of whom to trust, when and how. The others only ask for more
 * (a name, a usage), and anybody may do that.
 */
export const explicitFields = [
  ...(['trustAnchors', 'at', 'profile', 'revocation', 'crls', 'ocspResponses', 'policies'] as const),
  'evidence',
] as const;

export const defaultProfile: ProfileName = 'rfc5280';

/**
 * What a caller may say about trust, but the time: it may stand in any question, and a bare key has none. The type makes a new
 * field of {@link TrustQuestion} appear here.
 */
const trustFields: Readonly<Record<Exclude<keyof TrustQuestion, 'at'>, true>> = {
  intermediates: true,
  trustAnchors: true,
  profile: true,
  revocation: true,
  crls: true,
  ocspResponses: true,
  policies: true,
  peerName: true,
  keyUsage: true,
  extendedKeyUsage: true,
  maxIntermediates: true,
  evidence: true,
};

/**
 * Of a question that is not about trust: whoever sends anchors with it must not take the answer for a judgement by them.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID naming the first field that nothing would read
 */
export function refuseTrustFields(question: TrustQuestion, rule: string): void {
  const unread = Object.keys(trustFields).find((field) => question[field as keyof TrustQuestion] !== undefined);
  if (unread !== undefined) throw new CodedError('ERR_REQUEST_INVALID', { field: `/${unread}`, rule });
}

/** With the deviations that the registry allows; the project's own table when absent. */
export type JudgedBy = TrustEvidence & { readonly deviations?: readonly Deviation[] | undefined };

/** What `core` judges by, and where of it came from sources. */
export interface Gathered {
  readonly evidence: JudgedBy;
  readonly sources: readonly SourceOutcome[];
}

/** Whom a question is about. */
export interface Subjects {
  /** Whose status is in question. */
  readonly certificates: readonly Certificate[];
  /** Certificates that came along with them, inside of a message. */
  readonly candidates?: readonly Certificate[] | undefined;
}

/**
 * Brings together what `core` judges by. Without explicit anchors those of the CA registry count, as far as names lead to them from the
 * certificates in question; explicit ones replace them, and then the registry's intermediates are left out too, so that a published
 * suite is judged by what it brings.
 *
 * @throws {CodedError} ERR_AUTH_PERMISSION_REQUIRED { permission, field }; ERR_REQUEST_INVALID for anchors with evidence to be fetched; coded
 *   errors of malformed certificates with `field`
 */
export async function gatherEvidence(
  ports: Ports,
  { caller }: Pick<Act, 'caller'>,
  question: TrustQuestion,
  subjects: Subjects,
): Promise<Gathered> {
  const explicit = explicitFields.find((field) => question[field] !== undefined);
  if (explicit !== undefined && !mayBringEvidence(caller))
    throw new CodedError('ERR_AUTH_PERMISSION_REQUIRED', { permission: 'explicit-evidence', field: `/${explicit}` });
  const supplied = readCertificateList(question.intermediates ?? [], '/intermediates');
  const judgement = {
    at: question.at === undefined ? ports.clock() : readInstant(question.at, '/at'),
    profile: question.profile ?? defaultProfile,
    revocation: question.revocation ?? 'if-available',
    crls: question.crls?.map((crl, index) => readBytes(crl, `/crls/${index}`)),
    ocspResponses: question.ocspResponses?.map((response, index) => readBytes(response, `/ocspResponses/${index}`)),
    policies: question.policies,
    peerName: question.peerName,
    keyUsage: question.keyUsage,
    extendedKeyUsage: question.extendedKeyUsage,
    maxIntermediates: question.maxIntermediates,
  } as const;
  if (question.trustAnchors !== undefined) {
    // Sources are those of registered CAs: whoever asks for evidence must not take an answer without it for one with it.
    if (question.evidence === 'fetch')
      throw new CodedError('ERR_REQUEST_INVALID', { field: '/evidence', rule: 'supplied, with trustAnchors' });
    const trustAnchors = readCertificateList(question.trustAnchors, '/trustAnchors').map(
      (certificate) => ({ kind: 'certificate', certificate }) as const,
    );
    return { evidence: { ...judgement, trustAnchors, intermediates: supplied }, sources: [] };
  }
  return withRegistry(ports, judgement, subjects, supplied, fetches(question), question.revocation === undefined);
}

/** Whether the service's own sources are asked. */
function fetches({ evidence, revocation, crls, ocspResponses }: TrustQuestion): boolean {
  if (revocation === 'none') return false;
  return evidence === undefined ? crls === undefined && ocspResponses === undefined : evidence === 'fetch';
}

/**
 * The registry's anchors and what the sources of its CAs say.
 *
 * @param judgement  everything but trust
 * @param byRule  whether each CA's own rule says what counts where nobody can tell of a revocation; false where a caller who may has said it
 */
export async function withRegistry(
  ports: Pick<Ports, 'trust' | 'store' | 'evidence'>,
  judgement: Omit<TrustEvidence, 'trustAnchors' | 'intermediates'>,
  { certificates, candidates = [] }: Subjects,
  supplied: readonly Certificate[],
  fetchEvidence: boolean,
  byRule = true,
): Promise<Gathered> {
  const trust = await ports.trust.current(ports.store);
  const brought = [...candidates, ...supplied];
  const fetched = fetchEvidence ? await ports.evidence.gather({ certificates, candidates: brought, trust }) : undefined;
  const issuers = fetched?.issuers ?? [];
  const near = trust.authorities.near([...certificates, ...brought, ...issuers]);
  const deviations = deviationsFor(trust, [...certificates, ...candidates]);
  const required = byRule ? requiredAnswers(trust.authorities, certificates, [...brought, ...issuers]) : [];
  const unanswered = [...(judgement.unanswered ?? []), ...(fetched?.unanswered ?? []), ...required];
  return {
    evidence: {
      ...judgement,
      ...(deviations && { deviations }),
      trustAnchors: near.trustAnchors,
      intermediates: [...supplied, ...issuers, ...near.intermediates],
      ...(fetched && {
        crls: [...(judgement.crls ?? []), ...fetched.crls],
        ocspResponses: [...(judgement.ocspResponses ?? []), ...fetched.ocspResponses],
      }),
      ...(unanswered.length > 0 && { unanswered }),
    },
    sources: fetched?.sources ?? [],
  };
}

/** Operators and administrators by their role, others by permission; an agent never. */
export function mayBringEvidence({ role, permissions }: Pick<Caller, 'role' | 'permissions'>): boolean {
  if (role === 'agent') return false;
  return role === 'operator' || role === 'administrator' || permissions.includes('explicit-evidence');
}

/** The schema admits only RFC 3339; a day that does not exist gets here. */
function readInstant(text: string, field: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'format=date-time' });
  return instant;
}
