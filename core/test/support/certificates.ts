import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem } from '@onelock/core/bytes';
import type { TrustAnchor } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';

/** The project's own test certificates, made by OpenSSL (vectors/recipes). */
export const ownPki: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../vectors/pki');

/** Certificates of a PEM or DER file, in order. */
export function loadCertificates(file: string): readonly Certificate[] {
  const bytes = new Uint8Array(readFileSync(file));
  if (bytes[0] === 0x30) return [parseCertificate(bytes)];
  return decodePem(new TextDecoder().decode(bytes))
    .filter(({ label }) => label === 'CERTIFICATE')
    .map((block) => parseCertificate(block.bytes));
}

/** The one certificate of a file. */
export function loadCertificate(file: string): Certificate {
  const [certificate] = loadCertificates(file);
  if (certificate === undefined) throw new Error(`no certificate in ${file}`);
  return certificate;
}

/** One of our own, e.g. `rsa/leaf`. */
export function ownCertificate(name: string): Certificate {
  return loadCertificate(path.join(ownPki, `${name}.pem`));
}

/** PKCS#8 DER of one of our own keys, e.g. `rsa/leaf`. */
export function ownKey(name: string): Uint8Array {
  const pem = readFileSync(path.join(ownPki, `${name}.test-key.pem`), 'utf8');
  const block = decodePem(pem).find(({ label }) => label === 'PRIVATE KEY');
  if (block === undefined) throw new Error(`no PKCS#8 key for ${name}`);
  return block.bytes;
}

export function anchor(certificate: Certificate): TrustAnchor {
  return { kind: 'certificate', certificate };
}

/** A copy with one byte changed by exclusive or. */
export function withByteChanged(bytes: Uint8Array, index: number, mask = 0x01): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
}
