import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CodedError } from '../../errors/coded-error.ts';
import type { EcCurve, PrivateKey, PssParameters, PublicKey } from '../ops.ts';
import { canonicalSpki } from './canonical-spki.ts';

/** What Node calls each kind after import. SM2 has no name there; the name `ec` would mean plain ECDSA on its curve. */
const nodeKeyTypes: Readonly<Record<Exclude<PublicKey['kind'], 'unsupported'>, string | undefined>> = {
  rsa: 'rsa',
  sm2: undefined,
  ec: 'ec',
  ed25519: 'ed25519',
  ed448: 'ed448',
};

/** A key that was asked for lately. Its octets are a copy, so that no certificate is held in memory for it. */
interface RecentKey {
  readonly kind: PublicKey['kind'];
  readonly curve: EcCurve | undefined;
  readonly octets: Uint8Array;
  readonly imported: KeyObject;
}

/** As many as the CAs above one certificate. */
const recentKeys = 4;

/** Imported public keys, the least recently used forgotten first: one CA key checks thousands of certificates. */
export class PublicKeyCache {
  private readonly capacity: number;
  private readonly imported = new Map<string, KeyObject>();
  /** A ring: found by comparing octets, which is cheaper than making the name that the map asks for. */
  private readonly recent: RecentKey[] = [];
  private oldest = 0;

  /** @param capacity  keys kept; about 3 kB each */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** @throws {CodedError} ERR_CRYPTO_KEY_INVALID, ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
  import(key: PublicKey, pss?: PssParameters): KeyObject {
    if (pss !== undefined) return this.importNamed(key, pss);
    const curve = key.kind === 'ec' ? key.curve : undefined;
    const octets = key.kind === 'ec' || key.kind === 'sm2' ? key.point : key.spki;
    for (const known of this.recent)
      if (known.kind === key.kind && known.curve === curve && sameOctets(known.octets, octets)) return known.imported;
    const imported = this.importNamed(key, undefined);
    this.recent[this.oldest] = { kind: key.kind, curve, octets: new Uint8Array(octets), imported };
    this.oldest = (this.oldest + 1) % recentKeys;
    return imported;
  }

  private importNamed(key: PublicKey, pss: PssParameters | undefined): KeyObject {
    const name = nameOf(key, pss);
    let found = this.imported.get(name);
    if (found === undefined) found = importPublicKey(key, canonicalSpki(key, pss));
    else this.imported.delete(name);
    this.imported.set(name, found);
    if (this.imported.size > this.capacity) this.forgetOldest();
    return found;
  }

  private forgetOldest(): void {
    for (const name of this.imported.keys()) {
      this.imported.delete(name);
      return;
    }
  }
}

/** One name for each key that OpenSSL is given: what {@link canonicalSpki} is made of, without making it. */
function nameOf(key: PublicKey, pss: PssParameters | undefined): string {
  switch (key.kind) {
    case 'sm2':
      return `sm2 ${latin1(key.point)}`;
    case 'ec':
      return `${key.curve} ${latin1(key.point)}`;
    case 'rsa':
      return pss === undefined || pss.digest === pss.mgf1Digest
        ? `rsa ${latin1(key.spki)}`
        : `rsa ${pss.digest} ${pss.mgf1Digest} ${pss.saltLength} ${latin1(key.spki)}`;
    default:
      return `${key.kind} ${latin1(key.spki)}`;
  }
}

/** From the end: keys begin alike. They are public, so the time may tell. */
function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = a.length - 1; index >= 0; index--) if (a[index] !== b[index]) return false;
  return true;
}

const latin1 = (bytes: Uint8Array): string => bufferOf(bytes).toString('latin1');

/**
 * Imports a private key for one use. Not cached: the bytes belong to their owner, who wipes them.
 *
 * @throws {CodedError} ERR_CRYPTO_KEY_INVALID
 */
export function importPrivateKey(key: PrivateKey): KeyObject {
  try {
    const imported = createPrivateKey({ key: bufferOf(key.pkcs8), format: 'der', type: 'pkcs8' });
    return checkedType(imported, key.kind);
  } catch (cause) {
    throw rejected(cause);
  }
}

function importPublicKey(key: PublicKey, spki: Uint8Array): KeyObject {
  if (key.kind === 'unsupported')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: key.algorithm });
  try {
    const imported = createPublicKey({ key: bufferOf(spki), format: 'der', type: 'spki' });
    return checkedType(imported, key.kind);
  } catch (cause) {
    throw rejected(cause);
  }
}

/**
 * NOTE: a key pair generated in the process has type `ec` even on the SM2 curve, and then signs plain ECDSA without a word.
 * Only keys imported from DER are SM2, and they are recognised by having no type.
 */
function checkedType(imported: KeyObject, kind: Exclude<PublicKey['kind'], 'unsupported'>): KeyObject {
  const type: string | undefined = imported.asymmetricKeyType;
  const expected = nodeKeyTypes[kind];
  if (type === expected || (kind === 'rsa' && type === 'rsa-pss')) return imported;
  throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: `key of type ${type ?? 'SM2'} where ${kind} was promised` });
}

function rejected(cause: unknown): CodedError {
  if (cause instanceof CodedError) return cause;
  return new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'the engine refuses the key' }, { cause });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Names of the curves in OpenSSL. */
export const opensslCurves: Readonly<Record<EcCurve, string>> = {
  sm2: 'SM2',
  p256: 'prime256v1',
  p384: 'secp384r1',
  p521: 'secp521r1',
};
