import { equalBytes } from '@onelock/core/bytes';
import type { CryptoOps, DigestAlgorithm } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { type Profile, profiles, validatePath } from '@onelock/core/path';
import {
  type Authority,
  type BasicOcspResponse,
  defaultRevocationPolicy,
  embeddedSigners,
  isResponder,
  namesIssuer,
  parseOcspResponse,
  refusalOfResponse,
  type SingleOcspResponse,
  verifyEvidence,
} from '@onelock/core/revocation';
import type { Reason } from '@onelock/core/verdict';
import type { Certificate } from '@onelock/core/x509';

export interface OcspVerification {
  /** DER. */
  readonly response: Uint8Array;
  readonly at: Date;
  readonly anchors: readonly Certificate[];
  readonly untrusted: readonly Certificate[];
  /** Whether the responder must be one whom the issuer of the certificates asked about has made one. */
  readonly authorization: 'required' | 'not-asked';
}

/** The suites' responses are of a time when SHA-1 and shorter RSA keys were in use. */
const digests: readonly DigestAlgorithm[] = ['sm3', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const profile: Profile = {
  ...profiles.rfc5280,
  algorithms: { ...profiles.rfc5280.algorithms, digests, rsaBits: 1024 },
};
const policy = { ...defaultRevocationPolicy, digests };

/** Whether a response is genuine, as `openssl ocsp -respin` asks; not what it says. @returns why not, or undefined */
export function verifyOcspResponse(verification: OcspVerification, ops: CryptoOps): string | undefined {
  try {
    const response = parseOcspResponse(verification.response);
    if (response.status !== 'successful') return `response status ${response.status}`;
    const question = new ResponseQuestion(response.basic, verification, ops);
    return verification.authorization === 'required' ? question.refusalOfResponder() : question.refusalOfSigner();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return `malformed: ${error.code}`;
  }
}

class ResponseQuestion {
  readonly #response: BasicOcspResponse;
  readonly #verification: OcspVerification;
  readonly #ops: CryptoOps;
  readonly #intermediates: readonly Certificate[];

  constructor(response: BasicOcspResponse, verification: OcspVerification, ops: CryptoOps) {
    this.#response = response;
    this.#verification = verification;
    this.#ops = ops;
    this.#intermediates = [...embeddedSigners(response), ...verification.untrusted];
  }

  /** Every certificate asked about has a known issuer, who answers itself or has let another answer. */
  refusalOfResponder(): string | undefined {
    for (const single of this.#response.responses) {
      const refusals = this.#issuersOf(single).map((issuer) => this.#refusalFor(issuer));
      if (!refusals.includes(undefined))
        return refusals[0] ?? 'no known certificate is the issuer that the CertID names';
    }
    return undefined;
  }

  /** The signature is that of a trusted certificate, whatever it is for. */
  refusalOfSigner(): string | undefined {
    const { responderId } = this.#response;
    const signers = this.#known().filter(({ subject, spki }) => isResponder(responderId, subject, spki, this.#ops));
    const signer = signers.find(({ publicKey }) => verifyEvidence(this.#response, publicKey, digests, this.#ops));
    if (signer === undefined) return signers.length === 0 ? 'the signer is not known' : 'the signature is invalid';
    return this.#distrust(signer)?.code;
  }

  #known(): readonly Certificate[] {
    return [...this.#verification.anchors, ...this.#intermediates];
  }

  #issuersOf({ certificateId }: SingleOcspResponse): readonly Certificate[] {
    return this.#known().filter(({ subjectDer, spki }) =>
      namesIssuer(certificateId, { nameDer: subjectDer, spki }, this.#ops),
    );
  }

  #refusalFor(certificate: Certificate): string | undefined {
    const issuer: Authority = { name: certificate.subject, publicKey: certificate.publicKey, certificate };
    const trust = {
      path: [issuer],
      candidates: this.#known(),
      judge: (signer: Certificate) => this.#distrust(signer),
    };
    const refusal = refusalOfResponse(this.#response, { issuer, policy, trust }, this.#ops);
    return (refusal ?? this.#distrust(certificate))?.code;
  }

  #distrust(certificate: Certificate): Reason | undefined {
    const { anchors, at } = this.#verification;
    const isAnchor = anchors.some(({ der }) => equalBytes(der, certificate.der));
    if (isAnchor && certificate.notBefore <= at && at <= certificate.notAfter) return undefined;
    const { verdict } = validatePath(
      {
        ...{ leaf: certificate, intermediates: this.#intermediates, at, profile },
        trustAnchors: anchors.map((anchor) => ({ kind: 'certificate', certificate: anchor })),
      },
      this.#ops,
    );
    return verdict.indication === 'passed' ? undefined : verdict.reason;
  }
}
