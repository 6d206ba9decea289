import { octetStringValue, oidName, oids, readDer, smallIntegerValue } from '../asn1/index.ts';
import { parseContentEncryption, parsePbkdf2, requireCipher } from '../cms/index.ts';
import {
  type AlgorithmIdentifier,
  type CipherOps,
  type CryptoOps,
  cipherShapes,
  digestLengths,
  parseAlgorithmIdentifier,
} from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { DerivationBudget } from './derivation-budget.ts';
import { derivePkcs12 } from './derive-key.ts';
import type { Password } from './password-octets.ts';

export interface KeyFileOps {
  readonly ops: CryptoOps;
  readonly ciphers: CipherOps;
}

/**
 * Decrypts by a password-based algorithm: PBES2 with PBKDF2 (RFC 8018 §6.2; SHA-1, SHA-2, SM3 with AES, SM4, triple DES in
 * CBC), GM/T 0091's names of the same, and PBE-SHA1-3DES of RFC 7292 appendix C.
 *
 * @param algorithmDer  DER of the AlgorithmIdentifier
 * @throws {CodedError} ERR_KEY_FILE_PASSWORD_WRONG, ERR_KEY_FILE_LIMIT_EXCEEDED, ERR_KEY_FILE_MALFORMED,
 *   ERR_CRYPTO_ALGORITHM_UNSUPPORTED (RC2 and RC4 among others), ERR_DER_…
 */
export function decryptWithPassword(
  algorithmDer: Uint8Array,
  encrypted: Uint8Array,
  password: Password,
  engine: KeyFileOps,
  budget: DerivationBudget,
): Uint8Array {
  const algorithm = parseAlgorithmIdentifier(readDer(algorithmDer));
  if (algorithm.oid === oids.pbes2 || algorithm.oid === oids.gmtPbes)
    return decryptPbes2(algorithm, encrypted, password, engine, budget);
  if (algorithm.oid === oids.pbeSha1TripleDes) return decryptTripleDes(algorithm, encrypted, password, engine, budget);
  throw unsupported(algorithm.oid);
}

function decryptPbes2(
  { parameters }: AlgorithmIdentifier,
  encrypted: Uint8Array,
  password: Password,
  { ciphers }: KeyFileOps,
  budget: DerivationBudget,
): Uint8Array {
  if (parameters === undefined) throw malformed('PBES2', 0);
  const fields = parameters.sequence();
  const derivation = parseAlgorithmIdentifier(fields.next());
  const encryption = parseContentEncryption(fields.next());
  fields.finish();
  const cipher = requireCipher(encryption);
  const { keyLength, mode } = cipherShapes[cipher];
  if (mode !== 'cbc') throw unsupported(encryption.oid);
  const { digest, salt, iterations } = parsePbkdf2(derivation, keyLength, malformed);
  budget.spend(iterations * Math.ceil(keyLength / digestLengths[digest]), 1);
  const key = ciphers.pbkdf2(digest, password.utf8, salt, iterations, keyLength);
  return orWrongPassword(() => ciphers.decrypt(cipher, key, encryption.iv, encrypted));
}

function decryptTripleDes(
  { parameters }: AlgorithmIdentifier,
  encrypted: Uint8Array,
  password: Password,
  { ops, ciphers }: KeyFileOps,
  budget: DerivationBudget,
): Uint8Array {
  if (parameters === undefined) throw malformed('PBE', 0);
  const fields = parameters.sequence();
  const salt = octetStringValue(fields.next());
  const iterations = smallIntegerValue(fields.next());
  fields.finish();
  if (iterations === 0 || salt.length > 1024) throw malformed('PBE', parameters.offset);
  const shared = { digest: 'sha1', password: password.bmp, salt, iterations } as const;
  const key = derivePkcs12({ ...shared, purpose: 'key', length: 24 }, ops, budget);
  const iv = derivePkcs12({ ...shared, purpose: 'iv', length: 8 }, ops, budget);
  return orWrongPassword(() => ciphers.decrypt('des-ede3-cbc', key, iv, encrypted));
}

/** Padding that does not fit means another password, as does anything unreadable behind it. */
export function orWrongPassword<T>(decrypt: () => T): T {
  try {
    return decrypt();
  } catch (cause) {
    if (isCodedError(cause) && isDamage(cause)) throw new CodedError('ERR_KEY_FILE_PASSWORD_WRONG', {}, { cause });
    throw cause;
  }
}

function isDamage({ code }: CodedError): boolean {
  return (
    code === 'ERR_ENVELOPE_CONTENT_INVALID' ||
    code === 'ERR_KEY_FILE_MALFORMED' ||
    code === 'ERR_CRYPTO_KEY_INVALID' ||
    code.startsWith('ERR_DER_')
  );
}

function unsupported(oid: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oidName(oid) ?? oid });
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_KEY_FILE_MALFORMED', { field, offset });
}
