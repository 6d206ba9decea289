/** Which set of content type OIDs a message uses: GM/T 0010 (1.2.156.10197.6.1.4.2) or PKCS#7 (1.2.840.113549.1.7). */
export type MessageFamily = 'gm' | 'pkcs7';

/** How a SignerInfo names its certificate (RFC 5652 §5.3). */
export type SignerIdentifier =
  | { readonly kind: 'issuer-and-serial'; readonly issuerDer: Uint8Array; readonly serialNumber: string }
  | { readonly kind: 'subject-key-identifier'; readonly keyIdentifier: Uint8Array };

export interface Attribute {
  readonly oid: string;
  /** Whole DER of each value. */
  readonly values: readonly Uint8Array[];
}

export interface SignerInfo {
  readonly version: number;
  readonly identifier: SignerIdentifier;
  /** OID in dotted form. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** Whole DER of the signature's AlgorithmIdentifier (RSASSA-PSS keeps its parameters there). */
  readonly signatureAlgorithmDer: Uint8Array;
  /** null where the message has none; an empty list cannot occur. */
  readonly signedAttributes: readonly Attribute[] | null;
  /** The attributes as they are signed: DER of the SET OF with tag 0x31 (RFC 5652 §5.4). */
  readonly signedAttributesDer: Uint8Array | null;
  readonly unsignedAttributes: readonly Attribute[];
  readonly signature: Uint8Array;
}

/** A parsed SignedData of GM/T 0010-2012 §8 (GB/T 35275) or RFC 5652 §5 / RFC 2315 §9. */
export interface SignedData {
  readonly family: MessageFamily;
  readonly version: number;
  /** OID of the content, e.g. 1.2.156.10197.6.1.4.2.1. */
  readonly contentType: string;
  /** The octets that are signed (without tag and length); null when the signature is detached. */
  readonly content: Uint8Array | null;
  readonly digestAlgorithms: readonly string[];
  /** DER of each embedded certificate. Never a trust anchor. */
  readonly certificates: readonly Uint8Array[];
  /** DER of each embedded CRL. */
  readonly crls: readonly Uint8Array[];
  /** DER of each embedded OCSPResponse (RFC 5940 §2.1). */
  readonly ocspResponses: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}
