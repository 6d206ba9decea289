import {
  type Attribute,
  CKA_CERTIFICATE_TYPE,
  CKA_CLASS,
  CKA_EC_PARAMS,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_VALUE,
  CKC_X_509,
  CKK_EC,
  CKK_RSA,
  CKO_CERTIFICATE,
  CKO_PRIVATE_KEY,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure } from './errors.ts';

const maxObjects = 256;

export interface CertificateObject {
  /** CKA_ID, which certificate and key have in common. */
  readonly id: Uint8Array;
  readonly label: string;
  readonly der: Uint8Array;
}

/** A private key as far as it shows itself. */
export interface KeyObject {
  readonly handle: Handle;
  readonly kind: 'rsa' | 'ec' | 'other';
  /** RSA: bits of the modulus. */
  readonly modulusBits: number | null;
  /** EC: CKA_EC_PARAMS, DER of the curve's OBJECT IDENTIFIER. */
  readonly curve: Uint8Array | null;
}

export function findCertificates(cryptoki: Cryptoki, session: Handle): readonly CertificateObject[] {
  const template = [
    { type: CKA_CLASS, value: CKO_CERTIFICATE },
    { type: CKA_CERTIFICATE_TYPE, value: CKC_X_509 },
  ];
  return find(cryptoki, session, template).flatMap((object) => {
    const [id, label, der] = attributes(cryptoki, session, object, [CKA_ID, CKA_LABEL, CKA_VALUE]);
    if (id === undefined || label === undefined || der === undefined || id.length === 0 || der.length === 0) return [];
    return [{ id: new Uint8Array(id), label: printable(label.toString('utf8')), der: new Uint8Array(der) }];
  });
}

/** The private key of that CKA_ID, visible to a session that is logged in; undefined when there is none. */
export function findPrivateKey(cryptoki: Cryptoki, session: Handle, id: Uint8Array): KeyObject | undefined {
  const [handle] = find(cryptoki, session, [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_ID, value: Buffer.from(id) },
  ]);
  if (handle === undefined) return undefined;
  const [type] = attributes(cryptoki, session, handle, [CKA_KEY_TYPE]);
  const keyType = type === undefined ? -1 : ulong(type);
  if (keyType === CKK_RSA) {
    const [modulus] = attributes(cryptoki, session, handle, [CKA_MODULUS]);
    return { handle, kind: 'rsa', modulusBits: modulus === undefined ? null : bitLength(modulus), curve: null };
  }
  if (keyType !== CKK_EC) return { handle, kind: 'other', modulusBits: null, curve: null };
  const [curve] = attributes(cryptoki, session, handle, [CKA_EC_PARAMS]);
  return { handle, kind: 'ec', modulusBits: null, curve: curve === undefined ? null : new Uint8Array(curve) };
}

/** Text as tokens pad it: blanks, zeros. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vendors pad with them
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
}

function find(cryptoki: Cryptoki, session: Handle, template: Attribute[]): readonly Handle[] {
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
function attributes(
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

/** CK_ULONG in the machine's order, 4 or 8 bytes; our values are small. */
function ulong(value: Buffer): number {
  return value.length >= 4 ? value.readUInt32LE(0) : (value[0] ?? 0);
}

function bitLength(modulus: Uint8Array): number {
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
}
