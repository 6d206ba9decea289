import { oids } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import type { Reason } from '../verdict/index.ts';
import { type Certificate, formatName } from '../x509/index.ts';
import { unknownCritical } from './extensions.ts';
import { freshnessAt } from './freshness.ts';
import type { BasicOcspResponse, SingleOcspResponse } from './ocsp.ts';
import { namesIssuer } from './ocsp-certificate-id.ts';
import { refusalOfResponse } from './ocsp-signer.ts';
import type { KnownEvidence, RevocationQuestion } from './question.ts';
import { isCompromise, isTemporary } from './reasons.ts';
import type { SourceStatus } from './source-status.ts';

const knownExtensions: ReadonlySet<string> = new Set([
  oids.ocspNonce,
  oids.crlReason,
  oids.invalidityDate,
  oids.ocspArchiveCutoff,
  oids.signedCertificateTimestamps,
]);

/** RFC 6960 §3.2 over all responses at hand. A revocation for good counts from any genuine response. */
export function ocspStatus(question: RevocationQuestion, ops: CryptoOps): SourceStatus {
  const problems: Reason[] = [];
  const said: { readonly single: SingleOcspResponse; readonly status: SourceStatus }[] = [];
  for (const response of question.ocspResponses) {
    const singles = response.responses.filter((single) => isAbout(single, question, ops));
    if (singles.length === 0) continue;
    const refusal = refusalOf(response, singles, question, ops);
    if (refusal !== undefined) problems.push(refusal);
    else said.push(...singles.map((single) => ({ single, status: statusBy(single, question) })));
  }
  const statuses = said
    .toSorted((a, b) => b.single.thisUpdate.getTime() - a.single.thisUpdate.getTime())
    .map(({ status }) => status);
  const lasting = statuses.find((status) => status.kind === 'revoked' && !isTemporary(status.reason));
  const newest = statuses.find(({ kind }) => kind !== 'undecided');
  // A hold that ended after the moment judged for held then.
  const held = newest?.kind === 'good' && newest.producedAt > question.at ? statuses.find(isRevoked) : undefined;
  const decided = lasting ?? held ?? newest;
  if (decided !== undefined) return decided;
  const undecided = statuses.filter((status) => status.kind === 'undecided');
  return {
    kind: 'undecided',
    problems: [...undecided.flatMap((status) => status.problems), ...problems],
    known: undecided[0]?.known,
  };
}

const isRevoked = ({ kind }: SourceStatus): boolean => kind === 'revoked';

function isAbout(single: SingleOcspResponse, { certificate, issuer }: RevocationQuestion, ops: CryptoOps): boolean {
  const { certificateId } = single;
  if (!equalBytes(certificateId.serialNumberBytes, certificate.serialNumberBytes)) return false;
  const { spki } = issuer.publicKey;
  return [certificate.issuerDer, issuer.name.der].some((nameDer) => namesIssuer(certificateId, { nameDer, spki }, ops));
}

/** Why a response as a whole is not used. */
function refusalOf(
  response: BasicOcspResponse,
  singles: readonly SingleOcspResponse[],
  question: RevocationQuestion,
  ops: CryptoOps,
): Reason | undefined {
  const issuer = formatName(question.issuer.name);
  const unknown = unknownExtension(response, singles, issuer);
  if (unknown !== undefined) return unknown;
  const { nonce } = question;
  if (nonce !== undefined && (response.nonce === undefined || !equalBytes(response.nonce, nonce)))
    return { code: 'ERR_REVOCATION_NONCE_MISMATCH', params: { issuer } };
  return refusalOfResponse(response, question, ops);
}

/** @param issuer for people */
export function unknownExtension(
  response: BasicOcspResponse,
  singles: readonly SingleOcspResponse[],
  issuer: string,
): Reason | undefined {
  const oid = [response.extensions, ...singles.map(({ extensions }) => extensions)]
    .map((extensions) => unknownCritical(extensions, knownExtensions))
    .find((found) => found !== undefined);
  return oid === undefined
    ? undefined
    : { code: 'ERR_REVOCATION_EXTENSION_UNKNOWN', params: { source: 'OCSP', issuer, oid } };
}

/** What a genuine answer says at the moment. */
function statusBy(single: SingleOcspResponse, { certificate, issuer, at, policy }: RevocationQuestion): SourceStatus {
  const { certificateStatus: status, thisUpdate } = single;
  const known: KnownEvidence = { source: 'OCSP', producedAt: thisUpdate };
  const freshness = freshnessAt(single, at, policy.ocsp, 'OCSP', formatName(issuer.name));
  const isLater = freshness.kind === 'later';
  const counts =
    freshness.kind === 'fresh' || (isLater && policy.laterEvidence === 'accepted' && remembers(single, certificate));
  if (status.kind === 'revoked') {
    const revoked = { kind: 'revoked', ...known, reason: status.reason, revokedAt: status.at } as const;
    const since = Math.min(status.at.getTime(), single.invalidityDate?.getTime() ?? Number.POSITIVE_INFINITY);
    const isDecisive = policy.compromisedIssuers === 'always' && isCompromise(status.reason);
    const hadHappened = !isLater || isDecisive || since <= at.getTime();
    if (hadHappened && (!isTemporary(status.reason) || counts)) return revoked;
  }
  if (freshness.kind !== 'fresh' && !counts) return { kind: 'undecided', problems: [freshness.problem], known };
  if (status.kind === 'unknown') {
    const params = { issuer: formatName(issuer.name) };
    return { kind: 'undecided', problems: [{ code: 'ERR_REVOCATION_CERTIFICATE_UNKNOWN', params }], known };
  }
  // What is left under later evidence: good, or revoked after the moment judged for.
  return { kind: 'good', ...known };
}

/** Of a certificate that had expired when it answered, a responder may know nothing any more, unless it says how far back it does. */
function remembers(
  { certificateStatus, thisUpdate, archiveCutoff }: SingleOcspResponse,
  { notAfter }: Certificate,
): boolean {
  if (certificateStatus.kind === 'revoked' || thisUpdate <= notAfter) return true;
  return archiveCutoff !== undefined && archiveCutoff <= notAfter;
}
