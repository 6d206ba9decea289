/** How a test certificate is to be made. Everything not said here is OpenSSL's doing. */
export interface CertificateSpec {
  /** Path under vectors/pki without ending, e.g. `rsa/leaf`. */
  readonly name: string;
  /** Name of the key pair; several certificates may share one. */
  readonly key: string;
  readonly keyKind: 'rsa2048' | 'rsa1024' | 'p256' | 'sm2';
  /** Name of the issuing certificate; its own name for a root. */
  readonly issuer: string;
  /** In the form of `openssl req -subj`. */
  readonly subject: string;
  /** YYYYMMDDHHMMSSZ */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Lines of an OpenSSL extension section. */
  readonly extensions: readonly string[];
  readonly digest: 'sha256' | 'sha1' | 'sm3';
  /**
   * What an SM2 issuer hashes into ZA: the id of GM/T 0009, an empty one (OpenSSL's default and a well-known mistake),
   * or no ZA at all (the bare digest of the certificate's body is signed).
   */
  readonly za: 'default-id' | 'empty-id' | 'none' | 'not-sm2';
  readonly description: string;
}

/** One judgement that follows from the certificates. `openssl` is what `openssl verify` says, where it can be asked. */
export interface PkiCase {
  readonly id: string;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly trust: readonly string[];
  /** ISO 8601 */
  readonly at: string;
  readonly expected: { readonly indication: 'passed' } | { readonly indication: 'failed'; readonly code: string };
  readonly openssl:
    | { readonly verdict: 'passed' | 'failed' }
    | { readonly verdict: 'not-asked'; readonly reason: string };
  readonly description: string;
}
