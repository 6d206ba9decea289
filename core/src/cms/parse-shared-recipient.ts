import { contextConstructed, type DerNode, derTag, derValue, octetStringValue, oids, readDer } from '../asn1/index.ts';
import {
  type AlgorithmIdentifier,
  type BlockCipher,
  type CipherName,
  parseAlgorithmIdentifier,
} from '../crypto/index.ts';
import { parseContentEncryption } from './content-encryption.ts';
import { keyWrapOf } from './key-wrap.ts';
import { requireVersion } from './parse-agreement.ts';
import type { PasswordKeyWrap } from './password-key-wrap.ts';
import type { PasswordRecipient, SharedKeyRecipient } from './recipient.ts';

/**
 * KEKRecipientInfo, `[2] IMPLICIT SEQUENCE { version 4, kekid, algorithm, key }` of RFC 5652 §6.2.3.
 *
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_…
 */
export function parseSharedKeyRecipient(node: DerNode): SharedKeyRecipient {
  const fields = node.reader();
  requireVersion(fields, 4, node);
  const identifier = fields.sequence();
  const keyIdentifier = octetStringValue(identifier.next());
  identifier.optional(derTag.generalizedTime);
  identifier.optional(derTag.sequence);
  identifier.finish();
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const encryptedKey = octetStringValue(fields.next());
  fields.finish();
  return {
    kind: 'key-encryption-key',
    keyIdentifier,
    wrap: keyWrapOf(algorithm),
    algorithm: algorithm.oid,
    encryptedKey,
  };
}

/**
 * PasswordRecipientInfo, `[3] IMPLICIT SEQUENCE { version 0, derivation [0] OPTIONAL, algorithm, key }` of RFC 5652 §6.2.4.
 *
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED { field, offset }, ERR_DER_…
 */
export function parsePasswordRecipient(node: DerNode): PasswordRecipient {
  const fields = node.reader();
  requireVersion(fields, 0, node);
  const derivation = fields.optional(contextConstructed(0));
  const algorithm = parseAlgorithmIdentifier(fields.next());
  const encryptedKey = octetStringValue(fields.next());
  fields.finish();
  return {
    kind: 'password',
    derivation: derivation && withoutImplicitTag(derivation),
    wrap: passwordWrapOf(algorithm),
    algorithm: algorithm.oid,
    encryptedKey,
  };
}

function withoutImplicitTag({ content }: DerNode): AlgorithmIdentifier {
  return parseAlgorithmIdentifier(readDer(derValue(derTag.sequence, content)));
}

const blockCiphers: ReadonlySet<CipherName> = new Set<BlockCipher>([
  'aes-128-cbc',
  'aes-192-cbc',
  'aes-256-cbc',
  'des-ede3-cbc',
]);

/** id-alg-PWRI-KEK names the cipher under it in its parameters (RFC 3211 §2.2). */
function passwordWrapOf({ oid, parameters }: AlgorithmIdentifier): PasswordKeyWrap | undefined {
  if (oid !== oids.passwordKeyWrap || parameters === undefined) return undefined;
  const { cipher, iv } = parseContentEncryption(parameters);
  return cipher !== undefined && isBlockCipher(cipher) ? { cipher, iv } : undefined;
}

const isBlockCipher = (cipher: CipherName): cipher is BlockCipher => blockCiphers.has(cipher);
