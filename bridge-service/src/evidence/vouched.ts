import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, verifyCertificateSignature } from '@onelock/core/x509';
import type { Link } from './chain-walk.ts';

/**
 * Whether signatures lead from a certificate up to a registered CA. Only then is an address asked that it names: whoever makes
 * certificates of their own shall not send the service about.
 */
export class Vouched {
  readonly #links: readonly Link[];
  readonly #ops: CryptoOps;
  readonly #known = new Map<string, boolean>();

  constructor(links: readonly Link[], ops: CryptoOps) {
    this.#links = links;
    this.#ops = ops;
  }

  /** By this very issuer. */
  link({ certificate, issuer, authority }: Link): boolean {
    return isSignedBy(certificate, issuer, this.#ops) && (authority !== undefined || this.#certificate(issuer));
  }

  #certificate(certificate: Certificate): boolean {
    const id = toHex(certificate.der);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // Until it is known: a ring of certificates vouches for nobody.
    this.#known.set(id, false);
    const vouched = this.#links.some((link) => link.certificate === certificate && this.link(link));
    this.#known.set(id, vouched);
    return vouched;
  }
}

/** Whether this issuer's key made the signature; one that cannot be checked is nobody's. */
export function isSignedBy(certificate: Certificate, issuer: Certificate, ops: CryptoOps): boolean {
  try {
    return verifyCertificateSignature(certificate, issuer.publicKey, ops);
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}
