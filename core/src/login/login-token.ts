/** Signature algorithms a login may use. */
export type LoginAlgorithm = 'SM2-SM3' | 'RSA-SHA256' | 'ECDSA-SHA256' | 'ECDSA-SHA384' | 'ECDSA-SHA512';

/** What `authenticate` returns and a server checks. Nothing in it is secret; it works once, because its challenge does. */
export interface LoginToken {
  readonly version: 1;
  readonly origin: string;
  readonly challenge: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly algorithm: LoginAlgorithm;
  /** DER SEQUENCE { r, s } for SM2 and ECDSA; modulus-length bytes for RSA. */
  readonly signature: Uint8Array;
}

/** The same at the wire: bytes are base64 (RFC 4648 §4). */
export interface LoginTokenWire {
  readonly version: 1;
  readonly origin: string;
  readonly challenge: string;
  readonly certificate: string;
  readonly algorithm: LoginAlgorithm;
  readonly signature: string;
}
