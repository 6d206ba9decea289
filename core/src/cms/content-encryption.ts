import {
  type DerNode,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  octetStringValue,
  oidName,
  oids,
  smallIntegerValue,
} from '../asn1/index.ts';
import {
  type AlgorithmIdentifier,
  type CipherName,
  cipherShapes,
  gcmTagLength,
  parseAlgorithmIdentifier,
} from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import { CodedError } from '../errors/index.ts';

/** A content encryption algorithm as a message names it. */
export interface ContentEncryption {
  /** undefined: one that we do not do. */
  readonly cipher: CipherName | undefined;
  /** Empty when the algorithm is none of ours. */
  readonly iv: Uint8Array;
  /** Dotted OID. */
  readonly oid: string;
  /** Whole DER of the AlgorithmIdentifier: password-based ones keep their parameters there. */
  readonly algorithmDer: Uint8Array;
  readonly deviations: readonly Symptom[];
}

const cipherOids: Readonly<Record<CipherName, string>> = {
  'aes-128-cbc': oids.aes128Cbc,
  'aes-192-cbc': oids.aes192Cbc,
  'aes-256-cbc': oids.aes256Cbc,
  'aes-128-gcm': oids.aes128Gcm,
  'aes-192-gcm': oids.aes192Gcm,
  'aes-256-gcm': oids.aes256Gcm,
  'sm4-cbc': oids.sm4Cbc,
  'sm4-gcm': oids.sm4Gcm,
  'des-ede3-cbc': oids.desEde3Cbc,
};

const byOid: ReadonlyMap<string, CipherName> = new Map(
  (Object.keys(cipherOids) as CipherName[]).map((name): [string, CipherName] => [cipherOids[name], name]),
);

/**
 * Reads a ContentEncryptionAlgorithmIdentifier: CBC with its IV (RFC 3370 §5, RFC 3565, GB/T 35275 §9), GCM with a nonce of
 * 12 octets and a tag of 16 (RFC 5084 §3.2). Bare 1.2.156.10197.1.104 with an IV is SM4-CBC and a deviation.
 *
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset } when the parameters do not fit the algorithm, ERR_DER_…
 */
export function parseContentEncryption(node: DerNode): ContentEncryption {
  const algorithm = parseAlgorithmIdentifier(node);
  const withoutMode = algorithm.oid === oids.sm4;
  const cipher = withoutMode ? 'sm4-cbc' : byOid.get(algorithm.oid);
  const named = { oid: algorithm.oid, algorithmDer: algorithm.der };
  if (cipher === undefined) return { cipher, iv: new Uint8Array(0), ...named, deviations: [] };
  const iv = cipherShapes[cipher].mode === 'cbc' ? ivOf(algorithm, node) : nonceOf(algorithm, node);
  if (iv.length !== cipherShapes[cipher].ivLength) throw malformed(node);
  return { cipher, iv, ...named, deviations: withoutMode ? ['sm4-cbc-without-mode'] : [] };
}

/** The cipher, or why there is none. @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED { algorithm } */
export function requireCipher({ cipher, oid }: ContentEncryption): CipherName {
  if (cipher === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oidName(oid) ?? oid });
  return cipher;
}

export function encodeContentEncryption(cipher: CipherName, iv: Uint8Array): Uint8Array {
  const parameters =
    cipherShapes[cipher].mode === 'cbc'
      ? derOctetString(iv)
      : derSequence(derOctetString(iv), derInteger(gcmTagLength));
  return derSequence(derOid(cipherOids[cipher]), parameters);
}

function ivOf({ parameters }: AlgorithmIdentifier, node: DerNode): Uint8Array {
  if (parameters?.tag !== derTag.octetString) throw malformed(node);
  return octetStringValue(parameters);
}

/** GCMParameters: a tag shorter than 16 octets is weaker and refused; the default of 12 counts when none is named. */
function nonceOf({ parameters }: AlgorithmIdentifier, node: DerNode): Uint8Array {
  if (parameters?.tag !== derTag.sequence) throw malformed(node);
  const fields = parameters.sequence();
  const nonce = octetStringValue(fields.next());
  const tagLength = fields.atEnd ? 12 : smallIntegerValue(fields.next(), gcmTagLength);
  fields.finish();
  if (tagLength !== gcmTagLength)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `gcm with a tag of ${tagLength} octets` });
  return nonce;
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field: 'contentEncryptionAlgorithm', offset: node.offset });
}
