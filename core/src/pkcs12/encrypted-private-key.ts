import { octetStringValue, readDer } from '../asn1/index.ts';
import { type PrivateKey, parsePrivateKey } from '../crypto/index.ts';
import { decryptWithPassword, type KeyFileOps, orWrongPassword } from './decrypt-with-password.ts';
import { DerivationBudget } from './derivation-budget.ts';
import { type Password, passwordOf } from './password-octets.ts';

/**
 * Decrypts EncryptedPrivateKeyInfo (PKCS#8, RFC 5958 §3).
 *
 * @throws {CodedError} ERR_KEY_FILE_PASSWORD_WRONG, ERR_KEY_FILE_LIMIT_EXCEEDED, ERR_KEY_FILE_MALFORMED,
 *   ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_DER_…
 */
export function decryptPrivateKey(der: Uint8Array, password: string, engine: KeyFileOps): PrivateKey {
  return decryptPrivateKeyWith(der, passwordOf(password), engine, new DerivationBudget());
}

/** {@link decryptPrivateKey} inside of a larger file, on its budget. */
export function decryptPrivateKeyWith(
  der: Uint8Array,
  password: Password,
  engine: KeyFileOps,
  budget: DerivationBudget,
): PrivateKey {
  const fields = readDer(der).sequence();
  const algorithm = fields.next();
  const encrypted = octetStringValue(fields.next());
  fields.finish();
  const pkcs8 = decryptWithPassword(algorithm.der, encrypted, password, engine, budget);
  return orWrongPassword(() => parsePrivateKey(pkcs8));
}
