import {
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derTime,
  derValue,
  oids,
} from '../asn1/index.ts';
import { compareBytes, equalBytes } from '../bytes/index.ts';
import {
  type CryptoOps,
  type DigestAlgorithm,
  digestLengths,
  type PublicKey,
  type SignatureAlgorithm,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import { type MessageScheme, messageScheme } from './message-scheme.ts';
import type { MessageFamily } from './signed-data.ts';

export interface MessageToPrepare {
  /** The octets, or for a detached signature of a file too large to hold, its digest by {@link messageDigestOf}. */
  readonly content: Uint8Array | { readonly digest: Uint8Array };
  readonly detached: boolean;
  readonly certificate: Certificate;
  /** Further certificates to put into the message; the signer's own is always there. */
  readonly chain?: readonly Certificate[] | undefined;
  readonly signingTime?: Date | undefined;
  /** Whether the signer names its certificate among what it signs (CAdES-B, RFC 5035); default false. */
  readonly namesCertificate?: boolean | undefined;
  /** Default: `gm` for SM2 keys, `pkcs7` otherwise. */
  readonly family?: MessageFamily | undefined;
  /** Of content that is not plain data, dotted OID: a time-stamp's TSTInfo. */
  readonly contentType?: string | undefined;
  /** Whether certificates are put in at all, the signer's own too; default true. */
  readonly carriesCertificates?: boolean | undefined;
}

export interface PreparedMessage {
  /** DER of the signed attributes, tag 0x31: what the key signs, as a message and not as a digest. */
  readonly toBeSigned: Uint8Array;
  /** How the key must sign it. */
  readonly algorithm: SignatureAlgorithm;
  /**
   * The finished message.
   *
   * @param signature  DER SEQUENCE { r, s } for SM2 and ECDSA, modulus-length bytes for RSA
   * @throws {CodedError} ERR_SIGNATURE_INVALID when the certificate's key did not make it: a message that nobody could
   *   verify never leaves this function
   */
  assemble(signature: Uint8Array): Uint8Array;
}

/**
 * First half of signing a message: everything but the signature, which is made elsewhere (a token, a phone). The message
 * has signed attributes contentType, messageDigest and, when a time is given, signingTime.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot sign messages of the family
 */
export function prepareSignedData(message: MessageToPrepare, ops: CryptoOps): PreparedMessage {
  const { certificate } = message;
  const scheme = messageScheme(certificate.publicKey, message.family);
  const attributes = [
    attribute(oids.contentType, derOid(message.contentType ?? scheme.contentType)),
    attribute(oids.messageDigest, derOctetString(contentDigest(message, scheme, ops))),
    ...(message.signingTime === undefined ? [] : [attribute(oids.signingTime, derTime(message.signingTime))]),
    ...(message.namesCertificate === true ? [signingCertificate(certificate, scheme, ops)] : []),
  ];
  const toBeSigned = derSetOf(...attributes);
  return {
    toBeSigned,
    algorithm: scheme.signature,
    assemble: (signature) => {
      if (!ops.verify(certificate.publicKey, scheme.signature, toBeSigned, signature))
        throw new CodedError('ERR_SIGNATURE_INVALID');
      return encodeMessage(message, scheme, signerInfo(certificate, scheme, attributes, signature));
    },
  };
}

/**
 * The digest that a message of this key signs: what {@link prepareSignedData} takes for a file that was read piece by piece.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export function messageDigestOf(key: PublicKey, family?: MessageFamily): DigestAlgorithm {
  return messageScheme(key, family).digest;
}

/** @throws {CodedError} ERR_CMS_CONTENT_ABSENT for a digest where the content itself is to be inside, or of another length */
function contentDigest({ content, detached }: MessageToPrepare, scheme: MessageScheme, ops: CryptoOps): Uint8Array {
  if (content instanceof Uint8Array) return ops.digest(scheme.digest, content);
  if (!detached || content.digest.length !== digestLengths[scheme.digest])
    throw new CodedError('ERR_CMS_CONTENT_ABSENT');
  return content.digest;
}

/** SigningCertificateV2 of RFC 5035 §3: the digest's identifier is left away where it is SHA-256, its default. */
function signingCertificate(
  certificate: Certificate,
  { digest, digestOid }: MessageScheme,
  ops: CryptoOps,
): Uint8Array {
  const algorithm = digest === 'sha256' ? [] : [derSequence(derOid(digestOid))];
  const id = derSequence(...algorithm, derOctetString(ops.digest(digest, certificate.der)));
  return attribute(oids.signingCertificateV2, derSequence(derSequence(id)));
}

/**
 * GB/T 35275-2017 §8, RFC 5652 §5.1: version 1 in both, as the signer is named by issuer and serial number, but 3 for content that
 * is not plain data.
 */
function encodeMessage(message: MessageToPrepare, scheme: MessageScheme, signer: Uint8Array): Uint8Array {
  const { content } = message;
  const encapsulated =
    message.detached || !(content instanceof Uint8Array) ? [] : [derExplicit(0, derOctetString(content))];
  return derSequence(
    derOid(scheme.signedDataType),
    derExplicit(
      0,
      derSequence(
        derInteger(message.contentType === undefined ? 1 : 3),
        derSetOf(digestIdentifier(scheme)),
        derSequence(derOid(message.contentType ?? scheme.contentType), ...encapsulated),
        ...(message.carriesCertificates === false ? [] : [implicitSet(0, certificatesOf(message))]),
        derSetOf(signer),
      ),
    ),
  );
}

/** SignerInfo of version 1; without attributes when there are none. */
export function signerInfo(
  certificate: Certificate,
  scheme: MessageScheme,
  attributes: readonly Uint8Array[],
  signature: Uint8Array,
): Uint8Array {
  return derSequence(
    derInteger(1),
    derSequence(certificate.issuerDer, derValue(derTag.integer, certificate.serialNumberBytes)),
    digestIdentifier(scheme),
    ...(attributes.length === 0 ? [] : [implicitSet(0, attributes)]),
    derSequence(derOid(scheme.signatureOid), ...(scheme.signatureHasNull ? [derNull()] : [])),
    derOctetString(signature),
  );
}

function attribute(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), derSetOf(value));
}

export function digestIdentifier(scheme: MessageScheme): Uint8Array {
  return derSequence(derOid(scheme.digestOid), derNull());
}

/** `[number] IMPLICIT SET OF`, in the order DER demands. */
export function implicitSet(number: number, values: readonly Uint8Array[]): Uint8Array {
  return derExplicit(number, ...[...values].sort(compareBytes));
}

/** The signer's certificate and the others, each once. */
function certificatesOf({ certificate, chain = [] }: MessageToPrepare): readonly Uint8Array[] {
  const certificates = [certificate.der];
  for (const { der } of chain) if (!certificates.some((known) => equalBytes(known, der))) certificates.push(der);
  return certificates;
}
