import { octetStringValue, oids, oidValue, readDer, smallIntegerValue } from '../asn1/index.ts';
import { concatBytes, utf8Encode } from '../bytes/index.ts';
import { type CryptoOps, type PrivateKey, sm2DefaultUserId } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import { type Certificate, parseCertificate } from '../x509/index.ts';
import { sm2PrivateKey } from './bare-private-keys.ts';
import { type KeyFileOps, orWrongPassword } from './decrypt-with-password.ts';

/** CFCA's own key file (`.sm2`): one SM2 key under a password, and its certificate. */
export interface CfcaKeyFile {
  readonly certificate: Certificate;
  /** @throws {CodedError} ERR_KEY_FILE_PASSWORD_WRONG, also when the key is not the certificate's */
  open(password: string, engine: KeyFileOps): PrivateKey;
}

/**
 * Parses `SEQUENCE { 1, SEQUENCE { data, SM4, key }, SEQUENCE { data, certificate } }`, where data is the OID of GM/T 0010,
 * SM4 a bare OID and meaning CBC, and key and certificate are OCTET STRINGs.
 *
 * @throws {CodedError} ERR_KEY_FILE_MALFORMED { field, offset }, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_X509_…, ERR_DER_…
 */
export function parseCfcaKeyFile(der: Uint8Array): CfcaKeyFile {
  const fields = readDer(der).sequence();
  const versionNode = fields.next();
  if (smallIntegerValue(versionNode) !== 1) throw malformed('version', versionNode.offset);
  const keyNode = fields.next();
  const keyFields = keyNode.sequence();
  const keyType = oidValue(keyFields.next());
  const cipher = oidValue(keyFields.next());
  const encrypted = octetStringValue(keyFields.next());
  keyFields.finish();
  const certificateNode = fields.next();
  const certificateFields = certificateNode.sequence();
  const certificateType = oidValue(certificateFields.next());
  const certificate = parseCertificate(octetStringValue(certificateFields.next()));
  certificateFields.finish();
  fields.finish();
  if (keyType !== oids.gmData) throw malformed('keyData', keyNode.offset);
  if (certificateType !== oids.gmData) throw malformed('certData', certificateNode.offset);
  if (cipher !== oids.sm4 && cipher !== oids.sm4Cbc)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: cipher });
  return { certificate, open: (password, engine) => openKey(encrypted, certificate, password, engine) };
}

function openKey(
  encrypted: Uint8Array,
  certificate: Certificate,
  password: string,
  { ops, ciphers }: KeyFileOps,
): PrivateKey {
  const derived = deriveKey(utf8Encode(password), ops);
  return orWrongPassword(() => {
    const scalar = ciphers.decrypt('sm4-cbc', derived.subarray(16), derived.subarray(0, 16), encrypted);
    const key = sm2PrivateKey(scalar);
    if (!belongsTo(key, certificate, ops))
      throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'other certificate' });
    return key;
  });
}

/** SM3(password ‖ 00000001), the first block of the derivation of GB/T 32918.4 §5.4.3: IV, then key. */
function deriveKey(password: Uint8Array, ops: Pick<CryptoOps, 'digest'>): Uint8Array {
  return ops.digest('sm3', concatBytes(password, Uint8Array.of(0, 0, 0, 1)));
}

/** What the key signs, the certificate's key verifies. */
function belongsTo(key: PrivateKey, certificate: Certificate, ops: CryptoOps): boolean {
  const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
  const challenge = ops.random(32);
  if (certificate.publicKey.kind !== 'sm2') return false;
  return ops.verify(certificate.publicKey, algorithm, challenge, ops.sign(key, algorithm, challenge));
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_KEY_FILE_MALFORMED', { field, offset });
}
