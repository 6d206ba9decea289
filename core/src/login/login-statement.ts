/** What a login signs: never a person's own words, always these five facts. */
export interface LoginStatement {
  readonly purpose: 'login';
  /** Serialised origin of the page (WHATWG HTML §7.1.1), e.g. `https://bid.example.cn`. */
  readonly origin: string;
  /** 32 to 1024 random bytes of the server that asked. */
  readonly challenge: Uint8Array;
  /** DER of the certificate whose key signs: a signature is bound to one certificate. */
  readonly certificate: Uint8Array;
  /** `sm3` for SM2 keys, `sha256` otherwise. */
  readonly digest: LoginDigest;
}

export type LoginDigest = 'sm3' | 'sha256';
