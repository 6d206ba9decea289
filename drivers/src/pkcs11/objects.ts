import { toHex } from '@onelock/core/bytes';
import { derOnly } from '../keys/der-only.ts';
import {
  type Attribute,
  CKA_ALWAYS_AUTHENTICATE,
  CKA_CERTIFICATE_TYPE,
  CKA_CLASS,
  CKA_DECRYPT,
  CKA_EC_PARAMS,
  CKA_EC_POINT,
  CKA_ENCRYPT,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKA_SIGN,
  CKA_VALUE,
  CKA_VERIFY,
  CKC_X_509,
  CKK_EC,
  CKK_EC_EDWARDS,
  CKK_RSA,
  CKO_CERTIFICATE,
  CKO_PRIVATE_KEY,
  CKO_PUBLIC_KEY,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure } from './errors.ts';
import { spkiOf } from './spki.ts';

const maxObjects = 256;
/** As much as a host tells. */
const maxLabel = 256;
/** An identity is named by its CKA_ID in hex, with up to 128 digits. */
const maxIdBytes = 64;

export interface CertificateObject {
  readonly handle: Handle;
  /** CKA_ID, which certificate and key have in common. */
  readonly id: Uint8Array;
  readonly label: string;
  readonly der: Uint8Array;
}

/** A private key as far as it shows itself. */
export interface KeyObject {
  readonly handle: Handle;
  readonly kind: 'rsa' | 'ec' | 'sm2' | 'ed25519' | 'other';
  /** RSA: bits of the modulus. */
  readonly modulusBits: number | null;
  /** EC: CKA_EC_PARAMS, DER of the curve's OBJECT IDENTIFIER. */
  readonly curve: Uint8Array | null;
  /** CKA_ALWAYS_AUTHENTICATE: the PIN is wanted before every use. */
  readonly alwaysAuthenticate: boolean;
}

export type KeyUse = 'signing' | 'encryption';

/** DER of OBJECT IDENTIFIER 1.2.156.10197.1.301, SM2's curve. */
export const sm2Curve = '06082a811ccf5501822d';
/** Ed25519 as PrintableString (PKCS#11 v3.0) and as OBJECT IDENTIFIER 1.3.101.112. */
const ed25519Curves: ReadonlySet<string> = new Set(['130c656477617264733235353139', '06032b6570']);

export function findCertificates(cryptoki: Cryptoki, session: Handle): readonly CertificateObject[] {
  const template = [
    { type: CKA_CLASS, value: CKO_CERTIFICATE },
    { type: CKA_CERTIFICATE_TYPE, value: CKC_X_509 },
  ];
  return find(cryptoki, session, template).flatMap((object) => {
    const [id, label, der] = attributes(cryptoki, session, object, [CKA_ID, CKA_LABEL, CKA_VALUE]);
    if (id === undefined || label === undefined || der === undefined || der.length === 0 || !isName(id)) return [];
    return [
      {
        handle: object,
        id: new Uint8Array(id),
        label: printable(label.toString('utf8')).slice(0, maxLabel),
        der: derOnly(new Uint8Array(der)),
      },
    ];
  });
}

/**
 * The private key of that CKA_ID, visible to a session that is logged in; undefined when there is none. Where two keys share the
 * CKA_ID (双证书 on some keys), the one that may do what is wanted.
 *
 * @param sm2KeyType  CKA_KEY_TYPE of the vendor's SM2 keys, where it is not CKK_EC
 */
export function findPrivateKey(
  cryptoki: Cryptoki,
  session: Handle,
  id: Uint8Array,
  use: KeyUse = 'signing',
  sm2KeyType?: number,
): KeyObject | undefined {
  const handles = find(cryptoki, session, [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_ID, value: Buffer.from(id) },
  ]);
  const may = (handle: Handle): boolean =>
    isTrue(cryptoki, session, handle, use === 'signing' ? CKA_SIGN : CKA_DECRYPT);
  const handle = handles.length > 1 ? (handles.find(may) ?? handles[0]) : handles[0];
  return handle === undefined ? undefined : describeKey(cryptoki, session, handle, sm2KeyType);
}

function describeKey(cryptoki: Cryptoki, session: Handle, handle: Handle, sm2KeyType?: number): KeyObject {
  const [type] = attributes(cryptoki, session, handle, [CKA_KEY_TYPE]);
  const keyType = type === undefined ? -1 : ulong(type);
  const alwaysAuthenticate = isTrue(cryptoki, session, handle, CKA_ALWAYS_AUTHENTICATE);
  const key = { handle, modulusBits: null, curve: null, alwaysAuthenticate } as const;
  if (keyType === CKK_RSA) {
    const [modulus] = attributes(cryptoki, session, handle, [CKA_MODULUS]);
    return { ...key, kind: 'rsa', modulusBits: modulus === undefined ? null : bitLength(modulus) };
  }
  if (keyType === sm2KeyType) return { ...key, kind: 'sm2' };
  if (keyType !== CKK_EC && keyType !== CKK_EC_EDWARDS) return { ...key, kind: 'other' };
  const [parameters] = attributes(cryptoki, session, handle, [CKA_EC_PARAMS]);
  const curve = parameters === undefined ? null : new Uint8Array(parameters);
  return { ...key, kind: curveKind(curve === null ? '' : toHex(curve)), curve };
}

function curveKind(curve: string): 'ec' | 'sm2' | 'ed25519' {
  if (curve === sm2Curve) return 'sm2';
  return ed25519Curves.has(curve) ? 'ed25519' : 'ec';
}

/** A public key object, which needs no PIN to be seen. */
export interface PublicKeyObject {
  readonly handle: Handle;
  readonly id: Uint8Array;
  readonly label: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** As its attributes say; both where they say nothing. */
  readonly signs: boolean;
  readonly encrypts: boolean;
}

/** Public keys that we understand. @param id  of that CKA_ID only */
export function findPublicKeys(cryptoki: Cryptoki, session: Handle, id?: Uint8Array): readonly PublicKeyObject[] {
  const template = [{ type: CKA_CLASS, value: CKO_PUBLIC_KEY }];
  const own = id === undefined ? template : [...template, { type: CKA_ID, value: Buffer.from(id) }];
  return find(cryptoki, session, own).flatMap((handle) => {
    const types = [CKA_ID, CKA_LABEL, CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_EC_PARAMS, CKA_EC_POINT];
    const [keyId, label, modulus, exponent, parameters, point] = attributes(cryptoki, session, handle, types);
    const spki = spkiOf({ modulus, exponent, parameters, point });
    if (keyId === undefined || !isName(keyId) || spki === null) return [];
    const verify = booleanOf(cryptoki, session, handle, CKA_VERIFY);
    const encrypt = booleanOf(cryptoki, session, handle, CKA_ENCRYPT);
    return [
      {
        handle,
        id: new Uint8Array(keyId),
        label: printable(label?.toString('utf8') ?? '').slice(0, maxLabel),
        spki,
        signs: verify ?? encrypt !== true,
        encrypts: encrypt ?? verify !== true,
      },
    ];
  });
}

/** Whether any of the token's keys wants the PIN before every use. */
export function hasAlwaysAuthenticate(cryptoki: Cryptoki, session: Handle): boolean {
  return find(cryptoki, session, [{ type: CKA_CLASS, value: CKO_PRIVATE_KEY }]).some((handle) =>
    isTrue(cryptoki, session, handle, CKA_ALWAYS_AUTHENTICATE),
  );
}

function isName({ length }: Uint8Array): boolean {
  return length > 0 && length <= maxIdBytes;
}

/** Text as tokens pad it: blanks, zeros. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vendors pad with them
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
}

export function find(cryptoki: Cryptoki, session: Handle, template: Attribute[]): readonly Handle[] {
  try {
    cryptoki.C_FindObjectsInit(session, template);
    try {
      return cryptoki.C_FindObjects(session, maxObjects);
    } finally {
      cryptoki.C_FindObjectsFinal(session);
    }
  } catch (error) {
    throw codedFailure('C_FindObjects', error);
  }
}

/** One by one: a library that refuses one attribute refuses the whole template. */
export function attributes(
  cryptoki: Cryptoki,
  session: Handle,
  object: Handle,
  types: readonly number[],
): readonly (Buffer | undefined)[] {
  return types.map((type) => {
    try {
      return cryptoki.C_GetAttributeValue(session, object, [{ type }])[0]?.value;
    } catch {
      return undefined;
    }
  });
}

export function isTrue(cryptoki: Cryptoki, session: Handle, object: Handle, type: number): boolean {
  return booleanOf(cryptoki, session, object, type) === true;
}

function booleanOf(cryptoki: Cryptoki, session: Handle, object: Handle, type: number): boolean | undefined {
  const [value] = attributes(cryptoki, session, object, [type]);
  return value === undefined || value.length !== 1 ? undefined : value[0] !== 0;
}

/** CK_ULONG in the machine's order, 4 or 8 bytes; our values are small. */
function ulong(value: Buffer): number {
  return value.length >= 4 ? value.readUInt32LE(0) : (value[0] ?? 0);
}

function bitLength(modulus: Uint8Array): number {
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
}
