import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import {
  type Attribute,
  CKA_CERTIFICATE_TYPE,
  CKA_CLASS,
  CKA_COEFFICIENT,
  CKA_EC_PARAMS,
  CKA_EC_POINT,
  CKA_EXPONENT_1,
  CKA_EXPONENT_2,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_ISSUER,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_PRIME_1,
  CKA_PRIME_2,
  CKA_PRIVATE,
  CKA_PRIVATE_EXPONENT,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_SERIAL_NUMBER,
  CKA_SIGN,
  CKA_SUBJECT,
  CKA_TOKEN,
  CKA_VALUE,
  CKA_VERIFY,
  CKC_X_509,
  CKK_EC,
  CKK_RSA,
  CKO_CERTIFICATE,
  CKO_PRIVATE_KEY,
  CKO_PUBLIC_KEY,
} from './abi.ts';

/** What certificate and keys of one identity have in common. */
export interface ObjectName {
  /** CKA_ID */
  readonly id: Buffer;
  readonly label: string;
}

/** OBJECT IDENTIFIER prime256v1, DER. */
const p256Parameters = Buffer.from('06082a8648ce3d030107', 'hex');

export function privateKeyTemplate(pkcs8: Uint8Array, name: ObjectName): Attribute[] {
  const key = readKey(pkcs8);
  return [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_KEY_TYPE, value: key.kty === 'RSA' ? CKK_RSA : CKK_EC },
    { type: CKA_TOKEN, value: true },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_SIGN, value: true },
    ...named(name),
    ...(key.kty === 'RSA'
      ? rsaPrivate(key)
      : [{ type: CKA_EC_PARAMS, value: p256Parameters }, field(CKA_VALUE, key.d)]),
  ];
}

export function publicKeyTemplate(pkcs8: Uint8Array, name: ObjectName): Attribute[] {
  const key = readKey(pkcs8);
  return [
    { type: CKA_CLASS, value: CKO_PUBLIC_KEY },
    { type: CKA_KEY_TYPE, value: key.kty === 'RSA' ? CKK_RSA : CKK_EC },
    { type: CKA_TOKEN, value: true },
    { type: CKA_PRIVATE, value: false },
    { type: CKA_VERIFY, value: true },
    ...named(name),
    ...(key.kty === 'RSA'
      ? [field(CKA_MODULUS, key.n), field(CKA_PUBLIC_EXPONENT, key.e)]
      : [
          { type: CKA_EC_PARAMS, value: p256Parameters },
          { type: CKA_EC_POINT, value: wrappedPoint(key) },
        ]),
  ];
}

export function certificateTemplate(der: Uint8Array, name: ObjectName): Attribute[] {
  const { subjectDer, issuerDer, serialNumberBytes } = parseCertificate(der);
  return [
    { type: CKA_CLASS, value: CKO_CERTIFICATE },
    { type: CKA_CERTIFICATE_TYPE, value: CKC_X_509 },
    { type: CKA_TOKEN, value: true },
    { type: CKA_PRIVATE, value: false },
    ...named(name),
    { type: CKA_SUBJECT, value: Buffer.from(subjectDer) },
    { type: CKA_ISSUER, value: Buffer.from(issuerDer) },
    { type: CKA_SERIAL_NUMBER, value: Buffer.from([0x02, serialNumberBytes.length, ...serialNumberBytes]) },
    { type: CKA_VALUE, value: Buffer.from(der) },
  ];
}

function rsaPrivate(key: JsonWebKey): Attribute[] {
  return [
    field(CKA_MODULUS, key.n),
    field(CKA_PUBLIC_EXPONENT, key.e),
    field(CKA_PRIVATE_EXPONENT, key.d),
    field(CKA_PRIME_1, key.p),
    field(CKA_PRIME_2, key.q),
    field(CKA_EXPONENT_1, key.dp),
    field(CKA_EXPONENT_2, key.dq),
    field(CKA_COEFFICIENT, key.qi),
  ];
}

function named({ id, label }: ObjectName): Attribute[] {
  return [
    { type: CKA_ID, value: id },
    { type: CKA_LABEL, value: Buffer.from(label, 'utf8') },
  ];
}

/** @throws {CodedError} ERR_CRYPTO_KEY_INVALID */
function readKey(pkcs8: Uint8Array): JsonWebKey {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
    if (key.kty === 'RSA' || (key.kty === 'EC' && key.crv === 'P-256')) return key;
  } catch (cause) {
    throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'neither RSA nor P-256' }, { cause });
  }
  throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'neither RSA nor P-256' });
}

function field(type: number, base64Url: string | undefined): Attribute {
  return { type, value: Buffer.from(base64Url ?? '', 'base64url') };
}

/** CKA_EC_POINT is an OCTET STRING around 0x04 ‖ X ‖ Y (65 bytes). */
function wrappedPoint({ x = '', y = '' }: JsonWebKey): Buffer {
  const point = Buffer.concat([Buffer.of(0x04), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return Buffer.concat([Buffer.of(0x04, point.length), point]);
}
