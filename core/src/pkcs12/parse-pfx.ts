import { type DerNode, derTag, octetStringValue, oidName, readDer, smallIntegerValue } from '../asn1/index.ts';
import { type ContentInfo, contentInfoOf, definiteLengths, encryptedDataOf } from '../cms/index.ts';
import { type DigestAlgorithm, digestLengths, digestOfOid, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';

/** MacData of RFC 7292 §4. */
export interface PfxMac {
  readonly digest: DigestAlgorithm;
  readonly value: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** One part of the file: bags in the clear, or under the password. */
export type PfxSafe =
  | { readonly kind: 'plain'; readonly contents: Uint8Array }
  | { readonly kind: 'encrypted'; readonly algorithmDer: Uint8Array; readonly ciphertext: Uint8Array };

/** A PKCS#12 file before any password is tried. */
export interface Pfx {
  /** The octets under the MAC. */
  readonly authenticated: Uint8Array;
  readonly safes: readonly PfxSafe[];
  readonly mac: PfxMac | null;
}

/** Nobody splits a key file into more parts. */
const maxSafes = 64;

/**
 * Parses PFX (RFC 7292 §4) in DER or BER. Integrity by public key and parts enveloped to one are refused by name.
 *
 * @throws {CodedError} ERR_KEY_FILE_MALFORMED { field, offset }, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_CMS_…, ERR_DER_…
 */
export function parsePfx(bytes: Uint8Array): Pfx {
  const fields = readDer(definiteLengths(bytes)).sequence();
  const versionNode = fields.next();
  if (smallIntegerValue(versionNode) !== 3) throw malformed('version', versionNode);
  const authenticated = dataOf(contentInfoOf(fields.next()));
  const macNode = fields.optional(derTag.sequence);
  fields.finish();
  const safesNode = readDer(definiteLengths(authenticated));
  const parts = safesNode.sequence().rest();
  if (parts.length > maxSafes) throw malformed('authSafe', safesNode);
  return {
    authenticated,
    safes: parts.map((part) => parseSafe(contentInfoOf(part))),
    mac: macNode === undefined ? null : parseMac(macNode),
  };
}

function parseSafe(info: ContentInfo): PfxSafe {
  if (info.kind === 'encrypted') {
    const { encryption, ciphertext } = encryptedDataOf(info).content;
    if (ciphertext === null) throw malformed('encryptedContent', info.content);
    return { kind: 'encrypted', algorithmDer: encryption.algorithmDer, ciphertext };
  }
  return { kind: 'plain', contents: dataOf(info) };
}

function dataOf(info: ContentInfo): Uint8Array {
  if (info.kind !== 'data')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
      algorithm: `PKCS#12 ${oidName(info.type) ?? info.type}`,
    });
  return octetStringValue(info.content);
}

/** DigestInfo, salt and iterations, 1 when not stated. */
function parseMac(node: DerNode): PfxMac {
  const fields = node.reader();
  const info = fields.sequence();
  const { oid } = parseAlgorithmIdentifier(info.next());
  const value = octetStringValue(info.next());
  info.finish();
  const salt = octetStringValue(fields.next());
  const iterations = fields.atEnd ? 1 : smallIntegerValue(fields.next());
  fields.finish();
  const digest = digestOfOid(oid);
  if (digest === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `PKCS#12 MAC ${oidName(oid) ?? oid}` });
  if (value.length !== digestLengths[digest] || iterations === 0 || salt.length > 1024)
    throw malformed('macData', node);
  return { digest, value, salt, iterations };
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_KEY_FILE_MALFORMED', { field, offset: node.offset });
}
