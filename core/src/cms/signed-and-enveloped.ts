import { derInteger, derSequence, derSetOf, oids } from '../asn1/index.ts';
import type { CipherOps, CryptoOps, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { EnvelopedData } from './envelope.ts';
import { messageScheme } from './message-scheme.ts';
import { digestIdentifier, implicitSet, signerInfo } from './prepare-signed-data.ts';
import { contentInfo, type EnvelopeToSeal, sealContent } from './seal-envelope.ts';
import type { SignedData } from './signed-data.ts';

export interface MessageToSignAndSeal extends EnvelopeToSeal {
  /** The signer's. */
  readonly certificate: Certificate;
}

export interface PreparedSignedEnvelope {
  /** The content itself: this kind of message has no attributes. */
  readonly toBeSigned: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  /** @throws {CodedError} ERR_SIGNATURE_INVALID when the certificate's key did not make it */
  assemble(signature: Uint8Array): Uint8Array;
}

/**
 * SignedAndEnvelopedData (GB/T 35275-2017 §10, RFC 2315 §11) of one signer: first half. The signature stands in the clear,
 * as every writer in use has it, and not under the content key as RFC 2315 §11.1 says.
 *
 * NOTE: nothing but the content is signed, and a signature in the clear tells what was signed to whoever can guess it.
 * Prefer a signed message inside of an envelope; this form is for those who ask for it.
 *
 * @throws {CodedError} as sealEnvelope and prepareSignedData
 */
export function prepareSignedEnvelope(
  message: MessageToSignAndSeal,
  ops: CryptoOps,
  ciphers: Pick<CipherOps, 'encrypt' | 'encryptKey'>,
): PreparedSignedEnvelope {
  const { certificate, content } = message;
  const { recipientInfos, encryptedContentInfo, tag, family } = sealContent(message, ops, ciphers);
  if (tag !== null) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'signedAndEnveloped gcm' });
  const scheme = messageScheme(certificate.publicKey, family);
  return {
    toBeSigned: content,
    algorithm: scheme.signature,
    assemble: (signature) => {
      if (!ops.verify(certificate.publicKey, scheme.signature, content, signature))
        throw new CodedError('ERR_SIGNATURE_INVALID');
      const type = family === 'gm' ? oids.gmSignedAndEnvelopedData : oids.signedAndEnvelopedData;
      return contentInfo(
        type,
        derSequence(
          derInteger(1),
          recipientInfos,
          derSetOf(digestIdentifier(scheme)),
          encryptedContentInfo,
          implicitSet(0, [certificate.der]),
          derSetOf(signerInfo(certificate, scheme, [], signature)),
        ),
      );
    },
  };
}

/**
 * The signed message inside of an opened SignedAndEnvelopedData, to be judged like any other.
 *
 * @throws {CodedError} ERR_CMS_CONTENT_TYPE_UNSUPPORTED for another kind of envelope
 */
export function signedDataInside(envelope: EnvelopedData, content: Uint8Array): SignedData {
  if (envelope.signedData === null) throw new CodedError('ERR_CMS_CONTENT_TYPE_UNSUPPORTED', { oid: envelope.kind });
  return { ...envelope.signedData, content };
}
