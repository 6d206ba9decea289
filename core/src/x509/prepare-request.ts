import { oids } from '../asn1/oid-registry.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
} from '../asn1/writer.ts';
import { type CryptoOps, type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '../crypto/index.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Extension } from './certificate.ts';

export interface RequestToPrepare {
  /** DER of the subject's Name. */
  readonly subjectDer: Uint8Array;
  readonly publicKey: PublicKey;
  readonly extensions?: readonly Extension[] | undefined;
}

export interface PreparedRequest {
  /** CertificationRequestInfo: what the key signs, as a message and not as a digest. */
  readonly toBeSigned: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  /** The finished request in DER. @throws {CodedError} ERR_SIGNATURE_INVALID when the key did not make the signature */
  assemble(signature: Uint8Array): Uint8Array;
}

const curveSchemes = {
  p256: { digest: 'sha256', oid: oids.ecdsaWithSha256 },
  p384: { digest: 'sha384', oid: oids.ecdsaWithSha384 },
  p521: { digest: 'sha512', oid: oids.ecdsaWithSha512 },
} as const;

/**
 * First half of a PKCS#10 request (RFC 2986): everything but the signature, which a token makes. SM2 with SM3, RSA and ECDSA
 * with SHA-2.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for another key
 */
export function prepareCertificateRequest(request: RequestToPrepare, ops: Pick<CryptoOps, 'verify'>): PreparedRequest {
  const { publicKey, subjectDer, extensions = [] } = request;
  const { algorithm, identifier } = schemeOf(publicKey);
  const requested =
    extensions.length === 0
      ? []
      : [derSequence(derOid(oids.extensionRequest), derSetOf(derSequence(...extensions.map(encodeExtension))))];
  const toBeSigned = derSequence(derInteger(0), subjectDer, publicKey.spki, derExplicit(0, ...requested));
  return {
    toBeSigned,
    algorithm,
    assemble: (signature) => {
      if (!ops.verify(publicKey, algorithm, toBeSigned, signature)) throw new CodedError('ERR_SIGNATURE_INVALID');
      return derSequence(toBeSigned, identifier, derBitString(signature));
    },
  };
}

function encodeExtension({ oid, critical, value }: Extension): Uint8Array {
  return derSequence(derOid(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
}

function schemeOf(key: PublicKey): { readonly algorithm: SignatureAlgorithm; readonly identifier: Uint8Array } {
  switch (key.kind) {
    case 'sm2':
      return {
        algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId },
        identifier: derSequence(derOid(oids.sm2WithSm3)),
      };
    case 'rsa':
      return {
        algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' },
        identifier: derSequence(derOid(oids.sha256WithRsaEncryption), derNull()),
      };
    case 'ec': {
      const { digest, oid } = curveSchemes[key.curve];
      return { algorithm: { kind: 'ecdsa', digest }, identifier: derSequence(derOid(oid)) };
    }
    default:
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
        algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
      });
  }
}
