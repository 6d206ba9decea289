import { oids } from '../asn1/index.ts';
import { equalBytes, toHex } from '../bytes/index.ts';
import type { CryptoOps } from '../crypto/index.ts';
import { type Profile, profiles, type TrustAnchor, validatePath } from '../path/index.ts';
import {
  type Authority,
  type RevocationPolicy,
  type RevocationStatus,
  revocationStatus,
  type SignerRole,
} from '../revocation/index.ts';
import type { Reason } from '../verdict/index.ts';
import { type Certificate, formatName, sameName } from '../x509/index.ts';
import type { TrustEvidence } from './evidence.ts';
import { authorityOf, authorityOfCertificate, revocationPolicyOf, signerProfile } from './evidence-signers.ts';
import type { ParsedRevocationEvidence } from './revocation-evidence.ts';

export interface PathRevocationInput {
  readonly evidence: TrustEvidence;
  readonly parsed: ParsedRevocationEvidence;
  readonly anchor: TrustAnchor;
  /** As {@link PathReport.path}: leaf first, the anchor's certificate last where it has one. */
  readonly path: readonly Certificate[];
  readonly ops: CryptoOps;
}

/**
 * The status of every certificate on a path, and of those who signed the evidence: a signer that is not on the path is
 * validated to the same anchor and must not be revoked itself (RFC 5280 §6.3.3 (f)).
 */
export class PathRevocation {
  readonly #input: PathRevocationInput;
  readonly #profile: Profile;
  readonly #policy: RevocationPolicy;
  readonly #statuses = new Map<string, RevocationStatus | 'in-progress'>();
  readonly #signers = new Map<string, Reason | 'trusted'>();

  constructor(input: PathRevocationInput) {
    const { profile, revocationPolicy } = input.evidence;
    this.#input = input;
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile;
    this.#policy = { ...revocationPolicyOf(this.#profile), ...revocationPolicy };
  }

  /** Leaf first; nothing for the anchor, which nobody revokes. */
  judgePath(): readonly { readonly certificate: Certificate; readonly status: RevocationStatus }[] {
    return this.#judgeChain(this.#input.path);
  }

  #judgeChain(
    path: readonly Certificate[],
  ): readonly { readonly certificate: Certificate; readonly status: RevocationStatus }[] {
    const anchor = authorityOf(this.#input.anchor);
    const chain = path.filter(
      ({ der }) => anchor.certificate === undefined || !equalBytes(der, anchor.certificate.der),
    );
    const above = [...chain.slice(1).map(authorityOfCertificate), anchor];
    return chain.map((certificate, index) => ({
      certificate,
      status: this.#statusOf(certificate, above[index] ?? anchor, above.slice(index)),
    }));
  }

  #statusOf(certificate: Certificate, issuer: Authority, path: readonly Authority[]): RevocationStatus {
    const id = toHex(certificate.der);
    const known = this.#statuses.get(id);
    if (known === 'in-progress') return this.#statusOfVoucher(certificate, issuer);
    if (known !== undefined) return known;
    this.#statuses.set(id, 'in-progress');
    const { evidence, parsed, ops } = this.#input;
    const status = revocationStatus(
      {
        ...{ certificate, issuer, at: evidence.at, policy: this.#policyFor(certificate) },
        ...{ crls: parsed.crls, ocspResponses: parsed.ocspResponses, nonce: evidence.ocspNonce },
        trust: {
          path,
          candidates: evidence.intermediates,
          responders: evidence.trustedResponders,
          judge: (signer, role) => this.#signerRefusal(signer, role),
        },
      },
      ops,
    );
    const whole = this.#withUnread(status, certificate);
    this.#statuses.set(id, whole);
    return whole;
  }

  /** Of the leaf its own revocation counts by its date: nobody but its holder signs with its key. */
  #policyFor(certificate: Certificate): RevocationPolicy {
    const [leaf] = this.#input.path;
    return certificate === leaf ? { ...this.#policy, compromisedIssuers: 'by-date' } : this.#policy;
  }

  /**
   * Who is being judged cannot vouch for itself, unless its issuer made it so: a list issuer whose own certificate points
   * to its own list is good unless that list says otherwise.
   */
  #statusOfVoucher(certificate: Certificate, issuer: Authority): RevocationStatus {
    const pointsToItself = (certificate.crlDistributionPoints ?? []).some(({ crlIssuer }) =>
      crlIssuer?.some((name) => name.kind === 'directory' && sameName(name.name, certificate.subject)),
    );
    return pointsToItself
      ? { kind: 'good', source: 'CRL', producedAt: this.#input.evidence.at }
      : unvouched(certificate, issuer);
  }

  /** Evidence that could not be read might have been about anybody. */
  #withUnread(status: RevocationStatus, { issuerDer }: Certificate): RevocationStatus {
    if (status.kind !== 'unknown' || status.evidence !== 'none') return status;
    const [malformed] = this.#input.parsed.malformed;
    if (malformed !== undefined) return { ...status, reason: malformed, evidence: 'unusable' };
    const vain = this.#input.evidence.unanswered?.find(({ issuer }) => equalBytes(issuer, issuerDer));
    if (vain !== undefined) return { ...status, reason: vain.reason, evidence: 'unusable' };
    const [refusal] = this.#input.parsed.refusals;
    return refusal === undefined ? status : { ...status, reason: refusal };
  }

  /** Each signer once in each role: many lists have one. */
  #signerRefusal(signer: Certificate, role: SignerRole): Reason | undefined {
    const id = `${role} ${toHex(signer.der)}`;
    const known = this.#signers.get(id) ?? this.#judgeSigner(signer, role) ?? 'trusted';
    this.#signers.set(id, known);
    return known === 'trusted' ? undefined : known;
  }

  #judgeSigner(signer: Certificate, role: SignerRole): Reason | undefined {
    const { evidence, anchor, ops } = this.#input;
    const { at, intermediates } = evidence;
    const profile = signerProfile(this.#profile);
    const isLocal = role === 'local-responder';
    const trustAnchors: readonly TrustAnchor[] = [isLocal ? { kind: 'certificate', certificate: signer } : anchor];
    const found = validatePath({ leaf: signer, intermediates, trustAnchors, at, profile }, ops);
    if (found.verdict.indication !== 'passed') return found.verdict.reason;
    // Whoever trusts it by choice answers for it.
    if (isLocal) return undefined;
    // RFC 6960 §4.2.2.2.1: the CA itself says that this responder need not be looked up.
    if (role === 'ocsp-responder' && signer.extension(oids.ocspNoCheck) !== undefined) return undefined;
    const judged = this.#judgeChain(found.path ?? [signer]);
    for (const { certificate, status } of judged) {
      const subject = formatName(certificate.subject);
      if (status.kind === 'revoked') {
        const params = { subject, revokedAt: status.revokedAt.toISOString(), reason: status.reason };
        return { code: 'ERR_REVOCATION_REVOKED', params };
      }
      const mustBeKnown = role === 'crl-issuer' && evidence.revocation === 'require';
      if (status.kind === 'unknown' && (mustBeKnown || (status.evidence === 'unusable' && !isUntold(status, role))))
        return { code: 'ERR_REVOCATION_UNKNOWN', params: { subject, cause: status.reason.code } };
    }
    return undefined;
  }
}

/** A responder of whom nobody says anything is believed in every mode (RFC 6960 §4.2.2.2.1 leaves it to us): an answer that must be there is that about whom it speaks of. */
const isUntold = ({ reason }: Extract<RevocationStatus, { kind: 'unknown' }>, role: SignerRole): boolean =>
  role === 'ocsp-responder' && reason.code === 'ERR_REVOCATION_NOT_AVAILABLE';

function unvouched(certificate: Certificate, issuer: Authority): RevocationStatus {
  return {
    kind: 'unknown',
    reason: { code: 'ERR_REVOCATION_NOT_AVAILABLE', params: { issuer: formatName(issuer.name) } },
    known: undefined,
    evidence: 'none',
    needs: [{ kind: 'revocation', of: formatName(certificate.subject) }],
  };
}
