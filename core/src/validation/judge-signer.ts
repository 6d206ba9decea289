import {
  checkCountersignatures,
  describeSigner,
  namesItsCertificate,
  readCountersignatures,
  type SignerCheck,
  type SignerInfo,
  signatureTimestamps,
} from '../cms/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import { parseTimestampToken } from '../tsp/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, formatName } from '../x509/index.ts';
import { type BroughtEvidence, broughtEvidence } from './brought-evidence.ts';
import { judgeDeviations } from './deviation-verdict.ts';
import { verdictOfError } from './error-verdict.ts';
import { judgeCertificate } from './judge-certificate.ts';
import type { MessageEvidence } from './judge-message.ts';
import { judgeTimestamp } from './judge-timestamp.ts';
import type { CertificateReport, Report, SignerReport, TimestampReport } from './report.ts';
import { signingKeyUsage, weakSignature } from './signing-use.ts';
import { headOf, toReport } from './to-report.ts';

/** What all signers of one message share. */
export interface SignerContext {
  readonly evidence: MessageEvidence;
  /** Certificates of the message and of the caller. */
  readonly known: readonly Certificate[];
  readonly ops: CryptoOps;
  /** Time-stamps and countersignatures that may still be judged: anybody can add them, and each costs as a signer does. */
  readonly allowance: { left: number };
}

/** Beyond any honest message of so many signers: two each, and some. */
export function allowanceFor(signers: number): SignerContext['allowance'] {
  return { left: 2 * signers + 16 };
}

/** Witnesses of witnesses are not looked at. */
const maxWitnessDepth = 1;

/**
 * Judges one signer: whether the signature is well made, when it is proven to have existed, and whether its maker was trusted
 * then. Without a time-stamp that passed, "then" is the moment asked for.
 */
export function judgeSigner(check: SignerCheck, context: SignerContext, depth = 0): SignerReport {
  const { signer, certificate } = check;
  const described = describe(check);
  if (check.verdict.indication !== 'passed' || certificate === null || check.algorithm === null)
    return { ...toReport(check.verdict), ...described, certificate: null };
  try {
    return judgeGenuine({ ...check, certificate }, context, described, depth);
  } catch (error) {
    // Unsigned attributes are anybody's: what is malformed there says nothing about the signature, but nothing is proven.
    if (!isCodedError(error)) throw error;
    return { ...toReport(verdictOfError(error)), ...describe({ ...check, signer }), certificate: null };
  }
}

type Described = Pick<SignerReport, 'signer' | 'digestAlgorithm' | 'signatureAlgorithm' | 'signingTime'>;

function describe({ signer, certificate, signingTime }: SignerCheck): Described {
  return {
    signer: certificate === null ? describeSigner(signer.identifier) : formatName(certificate.subject),
    digestAlgorithm: signer.digestAlgorithm,
    signatureAlgorithm: signer.signatureAlgorithm,
    signingTime: signingTime?.toISOString() ?? null,
  };
}

function judgeGenuine(
  check: SignerCheck & { readonly certificate: Certificate },
  context: SignerContext,
  described: Described,
  depth: number,
): SignerReport {
  const { signer, certificate, algorithm } = check;
  const { evidence } = context;
  const tokens = signatureTimestamps(signer);
  spend(context, tokens.length, 'timeStampToken');
  const brought = broughtEvidence(evidence.message, signer);
  const timestamps = tokens.map((token) => judgeStamp(token, signer, brought, context));
  const proven = earliest(timestamps);
  const report = judgeMaker(check, brought, proven, context);
  const deviations = judgeDeviations(check.deviations, certificate, evidence.at, evidence.deviations);
  const weak = algorithm === null ? undefined : weakSignature(algorithm, evidence.profile);
  if (depth < maxWitnessDepth) spend(context, readCountersignatures(signer).length, 'countersignature');
  const witnesses = depth >= maxWitnessDepth ? [] : checkCountersignatures(signer, context.known, context.ops);
  const stamped = timestamps.filter((each): each is TimestampReport => 'time' in each);
  return {
    ...outcomeOf(report, deviations.verdict ?? weak),
    ...described,
    certificate: report,
    ...(deviations.uses.length > 0 && { deviations: deviations.uses }),
    ...(stamped.length > 0 && { timestamps: stamped }),
    ...(proven !== undefined && { provenTime: proven.toISOString() }),
    ...countsOf(brought),
    ...(witnesses.length > 0 && { countersignatures: witnesses.map((each) => judgeSigner(each, context, depth + 1)) }),
  };
}

function countsOf({ crls, ocspResponses }: BroughtEvidence): Pick<SignerReport, 'broughtRevocation'> {
  if (crls.length + ocspResponses.length === 0) return {};
  return { broughtRevocation: { crls: crls.length, ocspResponses: ocspResponses.length } };
}

/** @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID { attribute } when there are more than anybody would add honestly */
function spend({ allowance }: SignerContext, count: number, attribute: 'timeStampToken' | 'countersignature'): void {
  allowance.left -= count;
  if (allowance.left < 0) throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute });
}

function outcomeOf(report: CertificateReport, against: Verdict | undefined): Report {
  return report.indication === 'passed' && against !== undefined ? toReport(against) : headOf(report);
}

/** CAdES-T: the stamp is over the octets of the signature. One that cannot be read is no stamp. */
function judgeStamp(
  token: Uint8Array,
  signer: SignerInfo,
  brought: BroughtEvidence,
  { evidence, ops }: SignerContext,
): TimestampReport | Report {
  const { at, profile, revocation, unanswered, trustedResponders } = evidence;
  const { revocationPolicy, deviations, budget } = evidence;
  const trustAnchors = evidence.timestampAnchors ?? evidence.trustAnchors;
  try {
    return judgeTimestamp(
      {
        ...{ token: parseTimestampToken(token), content: signer.signature },
        ...{
          ...together(evidence, evidence.intermediates, brought),
          trustAnchors,
          at,
          profile,
          revocation,
          unanswered,
          trustedResponders,
          revocationPolicy,
          deviations,
          budget,
        },
      },
      ops,
    );
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return toReport(verdictOfError(error));
  }
}

/** The latest instant that the earliest stamp allows: its time and its accuracy. */
function earliest(timestamps: readonly (TimestampReport | Report)[]): Date | undefined {
  const instants = timestamps.flatMap((stamp) =>
    'time' in stamp && stamp.indication === 'passed' ? [Date.parse(stamp.time) + (stamp.accuracyMs ?? 0)] : [],
  );
  return instants.length === 0 ? undefined : new Date(Math.min(...instants));
}

/**
 * The maker's certificate, at the proven time where there is one: evidence made later then counts too, and a revocation before
 * that time counts either way. A stamp proves that the signature existed; that the certificate did, only where the signature
 * names it. Where it does not, an issuer whose key was stolen later may have made it then, dated back.
 */
function judgeMaker(
  { certificate, signer }: SignerCheck & { readonly certificate: Certificate },
  brought: BroughtEvidence,
  proven: Date | undefined,
  { evidence, known, ops }: SignerContext,
): CertificateReport {
  const isNamed = namesItsCertificate(signer.signedAttributes ?? []);
  const policy = { laterEvidence: 'accepted', compromisedIssuers: isNamed ? 'by-date' : 'always' } as const;
  const moment =
    proven === undefined || proven > evidence.at
      ? {}
      : { at: proven, revocationPolicy: { ...policy, ...evidence.revocationPolicy } };
  return judgeCertificate(
    { ...evidence, ...moment, ...together(evidence, known, brought), certificate, keyUsageAnyOf: signingKeyUsage },
    ops,
  );
}

/** The caller's evidence and what was brought, as one. */
function together(
  { crls = [], ocspResponses = [] }: MessageEvidence,
  known: readonly Certificate[],
  brought: BroughtEvidence,
): Pick<MessageEvidence, 'intermediates' | 'crls' | 'ocspResponses'> {
  return {
    intermediates: [...known, ...brought.certificates],
    crls: [...crls, ...brought.crls],
    ocspResponses: [...ocspResponses, ...brought.ocspResponses],
  };
}
