import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import type { SoftIdentityContents, SoftKeyContents } from '../src/soft/index.ts';

/** Our own test hierarchy, made by OpenSSL from recipes. */
function der(file: string): Uint8Array {
  const text = readFileSync(new URL(`../../vectors/pki/${file}`, import.meta.url), 'utf8');
  const block = decodePem(text).at(-1);
  if (block === undefined) throw new Error(`no PEM block in ${file}`);
  return block.bytes;
}

export const testCertificate = (name: string): Uint8Array => der(`${name}.pem`);

const pair = (name: string): SoftKeyContents => ({
  pkcs8: der(`${name}.test-key.pem`),
  certificate: der(`${name}.pem`),
});

/** RSA of 1024 bits: too short to sign anything new. */
export const weakRsaPair: SoftKeyContents = pair('rsa/weak-1024');

export const rsaIdentity: SoftIdentityContents = { id: 'a1', label: 'RSA', signing: pair('rsa/leaf') };
export const ecIdentity: SoftIdentityContents = { id: 'a2', label: 'P-256', signing: pair('p256/leaf') };
export const sm2Identity: SoftIdentityContents = {
  id: 'a3',
  label: 'SM2 双证书',
  signing: pair('sm2/leaf'),
  encryption: pair('sm2/encrypt'),
};
