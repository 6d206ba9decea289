import { concatBytes, fromBase64, toBase64, toHex, utf8Decode } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { type CryptoOps, parsePublicKey } from '@onelock/core/crypto';
import type { Deviation } from '@onelock/core/deviations';
import { isCodedError } from '@onelock/core/errors';
import { parseLoginToken } from '@onelock/core/login';
import type { PeerName, PolicyRequirements, ProfileName } from '@onelock/core/path';
import { judgeTicket, readTicketStatement } from '@onelock/core/ticket';
import { parseTimestampToken } from '@onelock/core/tsp';
import {
  judgeCertificate,
  judgeLogin,
  judgeMessage,
  judgeSignature,
  judgeTimestamp,
  type RevocationMode,
} from '@onelock/core/validation';
import type { Indication, Reason } from '@onelock/core/verdict';
import { type Certificate, type KeyUsageName, parseCertificate } from '@onelock/core/x509';
import { hashDetails } from '../audit/entry.ts';
import { UnknownSeal } from './evidence-seal.ts';
import type { JudgedBy } from './gather-evidence.ts';
import type { EvidenceSeal } from './ports/evidence-seal.ts';
import type { KeptItem } from './ports/records.ts';
import type { Standing } from './ports/standing-store.ts';
import type { AuditEntryWithDetails, Readings } from './ports/store.ts';
import { type SignatureAlgorithmName, signatureAlgorithmFor } from './signature-algorithm.ts';
import { type DigestQuestion, digestedContent, judgeDigest } from './verify-digest.ts';
import { overruledBy, type WatchHit } from './watch-list/watch-use.ts';

/** What became of judging again from what was kept. */
export type Replay =
  | { readonly outcome: 'same' | 'different'; readonly indication: Indication; readonly reason: string }
  /** It cannot be judged again: details erased, an item gone, content that was not kept. */
  | { readonly outcome: 'impossible'; readonly lacks: string }
  /** What was kept is not what was judged: details that the entry has another digest of, an item that its name is not the digest of. */
  | { readonly outcome: 'altered'; readonly what: string };

/** Acts that are judgements. */
export const judgementActions = [
  ...(['certificate.validate', 'signature.verify', 'login.judge'] as const),
  ...(['login.continue', 'timestamp.verify', 'ticket.verify'] as const),
  ...(['console.session-end', 'console.session-unconfirmed'] as const),
] as const;

export interface ReplayPorts {
  readonly store: Pick<Readings, 'audit' | 'evidence'>;
  readonly ops: CryptoOps;
  readonly seal: EvidenceSeal;
}

/** Something that the record names and nobody has. */
class Lacking extends Error {
  readonly what: string;
  constructor(what: string) {
    super(what);
    this.what = what;
  }
}

/** What `judgement-record.ts` writes, with what each kind of judgement adds. `sm3:…` names an item. */
interface RecordedDetails {
  readonly at: string;
  readonly profile: ProfileName;
  readonly revocation: RevocationMode;
  readonly intermediates: readonly string[];
  readonly trustAnchors: readonly string[];
  readonly crls?: readonly string[];
  readonly ocspResponses?: readonly string[];
  readonly unanswered?: readonly { readonly issuer: string; readonly reason: Reason }[];
  readonly policies?: PolicyRequirements;
  readonly peerName?: PeerName;
  readonly keyUsage?: readonly KeyUsageName[];
  readonly extendedKeyUsage?: readonly string[];
  readonly maxIntermediates?: number;
  readonly deviations?: readonly Deviation[];
  readonly kind?: 'raw' | 'digest' | 'message';
  readonly certificate?: string;
  readonly publicKey?: string;
  readonly content?: string;
  readonly contentDigests?: readonly DigestQuestion['digest'][];
  readonly digest?: DigestQuestion['digest'];
  readonly algorithm?: SignatureAlgorithmName;
  readonly userId?: string;
  readonly token?: string;
  readonly challenge?: string | null;
  readonly challengeOrigin?: string | null;
  readonly originRegistered?: boolean;
  /** Of a session by a phone's key: why the phone is used no more. */
  readonly phone?: Reason['code'];
  /** A phone's key signed without an order of that phone. */
  readonly outsideOrder?: boolean;
  readonly watched?: readonly WatchHit[];
  readonly standing?: Standing;
  readonly statement?: string;
  readonly signature?: string;
  readonly origins?: readonly string[];
  /** Whether the nonce had not been used before. */
  readonly first?: boolean;
  readonly key?: string;
}

/** Something that is there, and is not what it was. */
class Altered extends Error {
  readonly what: string;
  constructor(what: string) {
    super(what);
    this.what = what;
  }
}

interface Judged {
  readonly indication: Indication;
  readonly reason?: Reason | undefined;
}

/**
 * Judges again from the entry and the kept evidence alone, and compares with what the log says was answered. Everything kept is first held
 * against its digest, so a difference means that the entry says what was not answered, or that this version judges otherwise than the one that
 * did. Whether the entry itself is the one that was written is the question of `verifyAudit`.
 */
export async function replayJudgement(ports: ReplayPorts, entry: AuditEntryWithDetails): Promise<Replay> {
  if (entry.details === null) return { outcome: 'impossible', lacks: 'details' };
  const { sm3, sha256 } = hashDetails(entry.details, ports.ops);
  if (sm3 !== entry.detailsSm3 || sha256 !== entry.detailsSha256) return { outcome: 'altered', what: 'details' };
  try {
    const judged = await judgeAgain(ports, entry, JSON.parse(entry.details.details) as RecordedDetails);
    const reason = judged.reason?.code ?? '';
    const same = judged.indication === entry.outcome && reason === entry.reason;
    return { outcome: same ? 'same' : 'different', indication: judged.indication, reason };
  } catch (error) {
    if (error instanceof Lacking) return { outcome: 'impossible', lacks: error.what };
    if (error instanceof Altered) return { outcome: 'altered', what: error.what };
    if (isCodedError(error)) return { outcome: 'different', indication: 'indeterminate', reason: error.code };
    throw error;
  }
}

async function judgeAgain(ports: ReplayPorts, entry: AuditEntryWithDetails, details: RecordedDetails): Promise<Judged> {
  switch (entry.action) {
    case 'certificate.validate': {
      const certificate = parseCertificate(await item(ports, entry.target));
      return judgeCertificate({ certificate, ...(await evidenceOf(ports, details)) }, ports.ops);
    }
    case 'login.judge':
      return loginAgain(ports, details);
    case 'console.session-end':
    case 'console.session-unconfirmed':
    case 'login.continue': {
      const certificate = parseCertificate(await item(ports, details.certificate));
      const judged = judgeCertificate({ certificate, ...(await evidenceOf(ports, details)) }, ports.ops);
      if (judged.indication === 'passed' && details.phone !== undefined)
        return { indication: 'failed', reason: { code: details.phone, params: {} } };
      // A block counts for a session of which nothing else can be told; where it was not asked, nothing of it is recorded.
      return (judged.indication === 'failed' ? null : overruled(details)) ?? judged;
    }
    case 'timestamp.verify':
      return timestampAgain(ports, entry.target, details);
    case 'ticket.verify':
      return ticketAgain(ports, details);
    case 'signature.verify':
      return details.kind === 'message'
        ? messageAgain(ports, entry.target, details)
        : signatureAgain(ports, entry.target, details);
    default:
      throw new Lacking('a judgement');
  }
}

async function timestampAgain(ports: ReplayPorts, target: string, details: RecordedDetails): Promise<Judged> {
  // Versions that kept no digest judged against content that is gone.
  if (details.digest === undefined) throw new Lacking('content');
  const digest = { algorithm: details.digest.algorithm, value: fromBase64(details.digest.value) };
  const token = parseTimestampToken(await item(ports, target));
  return judgeTimestamp({ ...(await evidenceOf(ports, details)), token, digest }, ports.ops);
}

async function ticketAgain(ports: ReplayPorts, details: RecordedDetails): Promise<Judged> {
  // Versions that kept no statement judged what is gone.
  if (details.statement === undefined) throw new Lacking('statement');
  const text = utf8Decode(await item(ports, details.statement));
  const failed = (reason: Reason): Judged => ({ indication: 'failed', reason });
  if (details.publicKey === undefined)
    return failed({ code: 'ERR_TICKET_KEY_UNKNOWN', params: { key: details.key ?? '' } });
  const statement = readTicketStatement(text);
  if (statement === undefined) throw new Altered(details.statement);
  const reason = judgeTicket(
    {
      ...{ text, statement, signature: await item(ports, details.signature), at: new Date(details.at) },
      ...{ publicKey: parsePublicKey(await item(ports, details.publicKey)), origins: details.origins ?? [] },
    },
    ports.ops,
  );
  if (reason !== null) return failed(reason);
  return details.first === true ? { indication: 'passed' } : failed({ code: 'ERR_TICKET_REPLAYED', params: {} });
}

async function loginAgain(ports: ReplayPorts, details: RecordedDetails): Promise<Judged> {
  const token = parseLoginToken(JSON.parse(utf8Decode(await item(ports, details.token))));
  if (details.challenge === null)
    return { indication: 'failed', reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN', params: {} } };
  if (details.challengeOrigin !== token.origin || details.originRegistered !== true)
    return { indication: 'failed', reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH', params: {} } };
  const expected = { token, expectedOrigin: token.origin, expectedChallenge: token.challenge };
  const judged = judgeLogin({ ...expected, ...(await evidenceOf(ports, details)) }, ports.ops);
  if (judged.indication !== 'passed') return judged;
  if (details.outsideOrder === true)
    return { indication: 'failed', reason: { code: 'ERR_PHONE_ORDER_REQUIRED', params: {} } };
  return overruled(details) ?? judged;
}

const overruled = ({ watched, standing }: RecordedDetails) => overruledBy(watched ?? [], standing ?? null);

async function messageAgain(ports: ReplayPorts, target: string, details: RecordedDetails): Promise<Judged> {
  const message = parseSignedData(await item(ports, target));
  const content = details.contentDigests
    ? digestedContent(details.contentDigests, ports.ops)
    : details.content === undefined
      ? undefined
      : await item(ports, details.content);
  return judgeMessage({ message, content, ...(await evidenceOf(ports, details)) }, ports.ops);
}

async function signatureAgain(ports: ReplayPorts, target: string, details: RecordedDetails): Promise<Judged> {
  const signature = await item(ports, target);
  const signer = details.publicKey
    ? { publicKey: parsePublicKey(await item(ports, details.publicKey)) }
    : {
        certificate: parseCertificate(await item(ports, details.certificate)),
        evidence: await evidenceOf(ports, details),
      };
  if (details.digest) {
    const { digest, algorithm } = details;
    return judgeDigest(ports, { digest, algorithm, signature: toBase64(signature) }, signer);
  }
  const content = await item(ports, details.content);
  const key = 'publicKey' in signer ? signer.publicKey : signer.certificate.publicKey;
  const algorithm = signatureAlgorithmFor(key, details.algorithm, details.userId);
  const signed = { content, signature, algorithm };
  return 'publicKey' in signer
    ? judgeSignature({ ...signed, publicKey: signer.publicKey }, ports.ops)
    : judgeSignature({ ...signed, certificate: signer.certificate, ...signer.evidence }, ports.ops);
}

async function evidenceOf(ports: ReplayPorts, details: RecordedDetails): Promise<JudgedBy> {
  const { profile, revocation, policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates } = details;
  const { deviations } = details;
  const items = (names: readonly string[] | undefined): Promise<readonly Uint8Array[]> =>
    inTurn(names ?? [], (name) => item(ports, name));
  const certificates = async (names: readonly string[]): Promise<readonly Certificate[]> =>
    (await items(names)).map((der) => parseCertificate(der));
  return {
    ...{ profile, revocation, policies, peerName, keyUsage, extendedKeyUsage, maxIntermediates, deviations },
    at: new Date(details.at),
    intermediates: await certificates(details.intermediates),
    trustAnchors: (await certificates(details.trustAnchors)).map((certificate) => ({
      kind: 'certificate',
      certificate,
    })),
    ...(details.crls && { crls: await items(details.crls) }),
    ...(details.ocspResponses && { ocspResponses: await items(details.ocspResponses) }),
    ...(details.unanswered && {
      unanswered: await inTurn(details.unanswered, async ({ issuer, reason }) => ({
        issuer: await item(ports, issuer),
        reason,
      })),
    }),
  };
}

async function inTurn<T, R>(values: readonly T[], act: (value: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const value of values) results.push(await act(value));
  return results;
}

/** Kept bytes by their name, which is their digest. */
async function item({ store, ops, seal }: ReplayPorts, name: string | undefined): Promise<Uint8Array> {
  const [, digest] = /^sm3:([0-9a-f]{64})$/.exec(name ?? '') ?? [];
  if (digest === undefined) throw new Lacking(name ?? 'evidence');
  const kept = await store.audit.evidence(digest);
  const bytes = kept === null ? await inParts(store, digest) : opened(seal, kept);
  if (bytes === null) throw new Lacking(`sm3:${digest}`);
  if (toHex(ops.digest('sm3', bytes)) !== digest) throw new Altered(`sm3:${digest}`);
  return new Uint8Array(bytes);
}

function opened(seal: EvidenceSeal, kept: KeptItem): Uint8Array {
  try {
    const bytes = seal.open(kept);
    if (bytes === null) throw new Altered(`sm3:${kept.digest}`);
    return bytes;
  } catch (error) {
    if (error instanceof UnknownSeal) throw new Lacking(`key ${error.keyId}`);
    throw error;
  }
}

/** Long lists are kept in parts by the room that brings them. */
async function inParts({ evidence }: Pick<Readings, 'evidence'>, digest: string): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  for (let part = await evidence.part(digest, 0); part !== null; part = await evidence.part(digest, parts.length))
    parts.push(part);
  return parts.length === 0 ? null : concatBytes(...parts);
}
