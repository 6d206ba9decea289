import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { embeddedCertificates } from '@onelock/core/cms';
import { digestLengths } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import {
  encodeTimestampRequest,
  parseTimestampRequest,
  parseTimestampResponse,
  requireGranted,
  type TimestampToken,
} from '@onelock/core/tsp';
import { judgeTimestamp, type TimestampReport } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import { shownUrl } from '../outbound/index.ts';
import { auditDraft } from './append-audit.ts';
import { withRegistry } from './gather-evidence.ts';
import { EvidenceNotes } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import { namedBy } from './message-subjects.ts';
import type { SourceOutcome } from './ports/evidence.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readingField } from './read-certificates.ts';
import type { DigestQuestion } from './verify-digest.ts';

export interface StampQuestion {
  readonly digest: DigestQuestion['digest'];
  /** Dotted OID. */
  readonly policy?: string | undefined;
}

/** A stamp that was had and holds, or why there is none. */
export interface StampAnswer {
  readonly indication: 'passed' | 'indeterminate';
  readonly reason?: Reason;
  /** Base64 of the DER; null where no authority gave one that holds. */
  readonly token: string | null;
  readonly report: TimestampReport | null;
  readonly sources: readonly SourceOutcome[];
}

/** An authority that did not answer is asked once more before the next one. */
const tries = 2;

/**
 * Has a digest stamped by the first listed authority that gives a token which holds: for this question, by a certificate under the
 * registry's anchors. The built-in one is asked like the others, where an operator has listed its address.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for a digest of another length
 */
export async function requestTimestamp(ports: Ports, act: Act, question: StampQuestion): Promise<StampAnswer> {
  const { ops, evidence, store } = ports;
  const { algorithm } = question.digest;
  const digest = readingField('/digest/value', () => fromBase64(question.digest.value));
  if (digest.length !== digestLengths[algorithm])
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/digest/value', rule: `${digestLengths[algorithm]} bytes` });
  const trust = await ports.trust.current(store);
  const request = encodeTimestampRequest({
    digestAlgorithm: algorithm,
    digest,
    nonce: ops.random(16),
    policy: question.policy,
  });
  const sources: SourceOutcome[] = [];
  let best: { readonly token: TimestampToken; readonly report: TimestampReport } | undefined;
  for (const url of evidence.timestampAuthorities(trust)) {
    const found = await askAuthority(ports, request, (der) => evidence.stamp(trust, url, der));
    if ('token' in found && found.report.indication === 'passed') {
      best = found;
      sources.push({ kind: 'tsa', url: shownUrl(url), outcome: 'current', producedAt: found.report.time });
      break;
    }
    const reason = 'token' in found ? found.report.reason : found.reason;
    sources.push({ kind: 'tsa', url: shownUrl(url), outcome: 'failed', ...(reason && { reason }) });
  }
  const answer = answerOf(best, sources);
  const notes = new EvidenceNotes(ops);
  const target = best === undefined ? notes.keep(request) : notes.keep(best.token.der);
  await store.record(
    auditDraft(ports, {
      ...{ actor: act.caller.id, role: act.caller.role, requestId: act.requestId, action: 'timestamp.request', target },
      ...{ outcome: answer.indication, ...(answer.reason && { reason: answer.reason.code }), evidence: notes.items },
      details: { digest: question.digest, sources },
    }),
  );
  return answer;
}

function answerOf(
  best: { readonly token: TimestampToken; readonly report: TimestampReport } | undefined,
  sources: readonly SourceOutcome[],
): StampAnswer {
  if (best !== undefined)
    return { indication: 'passed', token: toBase64(best.token.der), report: maskPersonalNumbers(best.report), sources };
  const reason = sources[0]?.reason ?? { code: 'ERR_TIMESTAMP_UNAVAILABLE', params: {} };
  return { indication: 'indeterminate', reason, token: null, report: null, sources };
}

/** Never throws for what an authority does. */
async function askAuthority(
  ports: Ports,
  request: Uint8Array,
  ask: (request: Uint8Array) => Promise<Uint8Array>,
): Promise<{ readonly token: TimestampToken; readonly report: TimestampReport } | { readonly reason: Reason }> {
  let reason: Reason = { code: 'ERR_TIMESTAMP_UNAVAILABLE', params: {} };
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      const token = requireGranted(parseTimestampResponse(await ask(request)));
      return { token, report: await judgeToken(ports, token, request) };
    } catch (error) {
      if (!isCodedError(error)) throw error;
      reason = { code: error.code, params: error.params };
      if (!error.code.startsWith('ERR_EVIDENCE_') || error.code === 'ERR_EVIDENCE_SUSPENDED') break;
    }
  }
  return { reason };
}

async function judgeToken(ports: Ports, token: TimestampToken, request: Uint8Array): Promise<TimestampReport> {
  const embedded = embeddedCertificates(token.signedData);
  const { evidence } = await withRegistry(
    ports,
    { at: ports.clock(), profile: 'time-stamping', revocation: 'if-available' },
    { certificates: namedBy(token.signedData.signers, embedded), candidates: embedded },
    [],
    true,
  );
  return judgeTimestamp({ ...evidence, token, request: parseTimestampRequest(request) }, ports.ops);
}
