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
import type { CryptoOps, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import { type MessageScheme, messageScheme } from './message-scheme.ts';
import type { MessageFamily } from './signed-data.ts';

export interface MessageToPrepare {
  readonly content: Uint8Array;
  readonly detached: boolean;
  readonly certificate: Certificate;
  /** Further certificates to put into the message; the signer's own is always there. */
  readonly chain?: readonly Certificate[] | undefined;
  readonly signingTime?: Date | undefined;
  /** Default: `gm` for SM2 keys, `pkcs7` otherwise. */
  readonly family?: MessageFamily | undefined;
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
  const { certificate, content } = message;
  const scheme = messageScheme(certificate.publicKey, message.family);
  const attributes = [
    attribute(oids.contentType, derOid(scheme.contentType)),
    attribute(oids.messageDigest, derOctetString(ops.digest(scheme.digest, content))),
    ...(message.signingTime === undefined ? [] : [attribute(oids.signingTime, derTime(message.signingTime))]),
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

/** GB/T 35275-2017 §8, RFC 5652 §5.1; version 1 in both: the signer is named by issuer and serial number. */
function encodeMessage(message: MessageToPrepare, scheme: MessageScheme, signer: Uint8Array): Uint8Array {
  const encapsulated = message.detached ? [] : [derExplicit(0, derOctetString(message.content))];
  return derSequence(
    derOid(scheme.signedDataType),
    derExplicit(
      0,
      derSequence(
        derInteger(1),
        derSetOf(digestIdentifier(scheme)),
        derSequence(derOid(scheme.contentType), ...encapsulated),
        implicitSet(0, certificatesOf(message)),
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
