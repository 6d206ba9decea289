import type { CryptoOps } from '../crypto/index.ts';
import { type Profile, profiles, validatePath } from '../path/index.ts';
import {
  type Authority,
  type BasicOcspResponse,
  type CertificateList,
  findCrlSigner,
  freshnessAt,
  namesIssuer,
  parseCertificateList,
  parseOcspResponse,
  type RevocationPolicy,
  refusalOfResponse,
  type SignerRole,
  type SignerTrust,
  type SingleOcspResponse,
  unfitness,
  unknownExtension,
} from '../revocation/index.ts';
import type { Need, Reason, Verdict } from '../verdict/index.ts';
import { type Certificate, formatName, formatSerialNumber } from '../x509/index.ts';
import { orVerdict } from './error-verdict.ts';
import type { TrustEvidence } from './evidence.ts';
import { authorityOf, authorityOfCertificate, revocationPolicyOf, signerProfile } from './evidence-signers.ts';
import type { Report } from './report.ts';
import { toReport } from './to-report.ts';

export type SignersOfEvidence = Pick<
  TrustEvidence,
  'intermediates' | 'trustAnchors' | 'at' | 'profile' | 'trustedResponders' | 'revocationPolicy'
>;

export interface CrlReport extends Report {
  readonly issuer: string;
  /** ISO 8601, UTC. */
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  readonly entries: number;
  /** Decimal. */
  readonly crlNumber: string | null;
  readonly delta: boolean;
}

export interface OcspAnswer {
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** ISO 8601, UTC. */
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
}

export interface OcspReport extends Report {
  /** ISO 8601, UTC; null where the responder did not answer. */
  readonly producedAt: string | null;
  readonly answers: readonly OcspAnswer[];
}

/**
 * Judges a revocation list itself: whether it is genuine, by one who is trusted to make it, fit to decide and current. Which
 * certificates it revokes is another question. Whether its signer was revoked is not asked: no list can say so of itself.
 *
 * @throws {CodedError} ERR_REVOCATION_…, ERR_X509_…, ERR_DER_… for what is no list
 */
export function judgeCrl(evidence: SignersOfEvidence & { readonly list: Uint8Array }, ops: CryptoOps): CrlReport {
  const list = parseCertificateList(evidence.list);
  return {
    ...toReport(orVerdict(() => verdictOnList(list, new Signers(evidence, ops)))),
    issuer: formatName(list.issuer),
    thisUpdate: list.thisUpdate.toISOString(),
    nextUpdate: list.nextUpdate?.toISOString() ?? null,
    entries: list.entryCount,
    crlNumber: list.crlNumber?.toString() ?? null,
    delta: list.baseCrlNumber !== undefined,
  };
}

/**
 * Judges an OCSP response itself: whether each answer in it is genuine, by a responder who may give it (RFC 6960 §4.2.2.2), and
 * current. An answer that says `revoked` is as genuine as one that says `good`. The issuers of the certificates asked about are
 * looked for among anchors and intermediates.
 *
 * @throws {CodedError} ERR_REVOCATION_…, ERR_X509_…, ERR_DER_… for what is no response
 */
export function judgeOcspResponse(
  evidence: SignersOfEvidence & { readonly response: Uint8Array },
  ops: CryptoOps,
): OcspReport {
  const response = parseOcspResponse(evidence.response);
  if (response.status !== 'successful') {
    const reason: Reason = { code: 'ERR_REVOCATION_RESPONDER_REFUSED', params: { status: response.status } };
    return {
      indication: 'indeterminate',
      reason,
      needs: [{ kind: 'revocation', of: '' }],
      producedAt: null,
      answers: [],
    };
  }
  const { basic } = response;
  return {
    ...toReport(orVerdict(() => verdictOnResponse(basic, new Signers(evidence, ops)))),
    producedAt: basic.producedAt.toISOString(),
    answers: basic.responses.map(answerOf),
  };
}

/** Who is trusted to sign evidence, at the moment asked for. */
class Signers {
  readonly at: Date;
  readonly policy: RevocationPolicy;
  readonly trust: SignerTrust;
  readonly ops: CryptoOps;
  readonly #evidence: SignersOfEvidence;
  readonly #profile: Profile;

  constructor(evidence: SignersOfEvidence, ops: CryptoOps) {
    const { profile, revocationPolicy, intermediates, trustedResponders } = evidence;
    this.#evidence = evidence;
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile;
    this.ops = ops;
    this.at = evidence.at;
    this.policy = { ...revocationPolicyOf(this.#profile), ...revocationPolicy };
    this.trust = {
      path: evidence.trustAnchors.map(authorityOf),
      candidates: intermediates,
      responders: trustedResponders,
      judge: (signer, role) => this.#refusal(signer, role),
    };
  }

  /** Anchors, and CAs among the intermediates that a path leads to. */
  issuers(): readonly Authority[] {
    const below = this.#evidence.intermediates.filter(
      (certificate) =>
        certificate.basicConstraints?.ca === true && this.#refusal(certificate, 'crl-issuer') === undefined,
    );
    return [...this.trust.path, ...below.map(authorityOfCertificate)];
  }

  #refusal(signer: Certificate, role: SignerRole): Reason | undefined {
    const { intermediates, at } = this.#evidence;
    const trustAnchors =
      role === 'local-responder'
        ? ([{ kind: 'certificate', certificate: signer }] as const)
        : this.#evidence.trustAnchors;
    const profile = signerProfile(this.#profile);
    const { verdict } = validatePath({ leaf: signer, intermediates, trustAnchors, at, profile }, this.ops);
    return verdict.indication === 'passed' ? undefined : verdict.reason;
  }
}

function verdictOnList(list: CertificateList, { at, policy, trust, ops }: Signers): Verdict {
  const name = formatName(list.issuer);
  const [issuer] = trust.path;
  if (issuer === undefined) {
    const params = { source: 'CRL', issuer: name } as const;
    return undecided({ code: 'ERR_REVOCATION_SIGNER_UNKNOWN', params }, 'trust-anchor', name);
  }
  const signer = findCrlSigner(list, { issuer, trust, policy }, ops);
  if (signer.kind === 'problem') {
    if (signer.problem.code === 'ERR_REVOCATION_SIGNER_UNKNOWN')
      return undecided(signer.problem, 'signer-certificate', name);
    return { indication: 'failed', reason: signer.problem };
  }
  const unfit = unfitness(list, policy.crl.form);
  if (unfit !== undefined) return { indication: 'failed', reason: unfit };
  const freshness = freshnessAt(list, at, policy.crl, 'CRL', name);
  return freshness.kind === 'fresh' ? { indication: 'passed' } : undecided(freshness.problem, 'revocation', name);
}

function verdictOnResponse(response: BasicOcspResponse, signers: Signers): Verdict {
  const issuers = signers.issuers();
  const verdicts = response.responses.map((single) => verdictOnAnswer(response, single, issuers, signers));
  return (
    verdicts.find(({ indication }) => indication === 'failed') ??
    verdicts.find(({ indication }) => indication === 'indeterminate') ?? { indication: 'passed' }
  );
}

function verdictOnAnswer(
  response: BasicOcspResponse,
  single: SingleOcspResponse,
  issuers: readonly Authority[],
  { at, policy, trust, ops }: Signers,
): Verdict {
  const issuer = issuers.find(({ name, publicKey }) =>
    namesIssuer(single.certificateId, { nameDer: name.der, spki: publicKey.spki }, ops),
  );
  if (issuer === undefined) {
    const params = { source: 'OCSP', issuer: formatSerialNumber(single.certificateId.serialNumberBytes) } as const;
    return undecided({ code: 'ERR_REVOCATION_SIGNER_UNKNOWN', params }, 'issuer-certificate', params.issuer);
  }
  const name = formatName(issuer.name);
  const refusal =
    unknownExtension(response, [single], name) ?? refusalOfResponse(response, { issuer, trust, policy }, ops);
  if (refusal !== undefined) return { indication: 'failed', reason: refusal };
  const freshness = freshnessAt(single, at, policy.ocsp, 'OCSP', name);
  return freshness.kind === 'fresh' ? { indication: 'passed' } : undecided(freshness.problem, 'revocation', name);
}

function undecided(reason: Reason, kind: Need['kind'], of: string): Verdict {
  return { indication: 'indeterminate', reason, needs: [{ kind, of }] };
}

function answerOf({ certificateId, certificateStatus, thisUpdate, nextUpdate }: SingleOcspResponse): OcspAnswer {
  return {
    serialNumber: formatSerialNumber(certificateId.serialNumberBytes),
    status: certificateStatus.kind,
    thisUpdate: thisUpdate.toISOString(),
    nextUpdate: nextUpdate?.toISOString() ?? null,
  };
}
