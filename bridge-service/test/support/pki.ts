import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem, toBase64 } from '@onelock/core/bytes';
import type { CryptoOps, PrivateKey } from '@onelock/core/crypto';
import { encodeLoginToken, type LoginTokenWire, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { parseCertificate } from '@onelock/core/x509';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../vectors/pki');

export const pkiFile = (name: string): string => path.join(folder, name);

/** Text of a certificate of the project's own hierarchy, e.g. `sm2/leaf`. */
export const pem = (name: string): string => readFileSync(pkiFile(`${name}.pem`), 'utf8');

export function derOf(name: string): Uint8Array {
  const [block] = decodePem(pem(name));
  if (block === undefined) throw new Error(`${name} has no certificate`);
  return block.bytes;
}

export function testKey(name: string): PrivateKey {
  const [block] = decodePem(readFileSync(pkiFile(`${name}.test-key.pem`), 'utf8'));
  if (block === undefined) throw new Error(`${name} has no key`);
  const kind = name.startsWith('rsa/') ? 'rsa' : name.startsWith('sm2/') ? 'sm2' : 'ec';
  return { kind, pkcs8: block.bytes };
}

export interface PkiCase {
  readonly id: string;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly trust: readonly string[];
  readonly at: string;
  readonly expected: { readonly indication: string; readonly code?: string };
}

export const pkiCases = (): readonly PkiCase[] =>
  (JSON.parse(readFileSync(pkiFile('index.json'), 'utf8')) as { cases: readonly PkiCase[] }).cases;

/** What an agent answers to `authenticate`: a token over the challenge by one of the test keys. */
export function makeLoginToken(
  ops: CryptoOps,
  { certificate, key, origin, challenge }: { certificate: string; key: string; origin: string; challenge: Uint8Array },
): LoginTokenWire {
  const parsed = parseCertificate(derOf(certificate));
  const scheme = loginScheme(parsed.publicKey);
  const statement = { purpose: 'login', origin, challenge, certificate: parsed.der, digest: scheme.digest } as const;
  const signature = ops.sign(testKey(key), scheme.signature, loginToBeSigned(statement, ops));
  return encodeLoginToken({ version: 1, origin, challenge, certificate: parsed.der, algorithm: scheme.id, signature });
}

export { toBase64 };
