import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { type DriverTrust, encodeCanonicalJson, type Json, signContent } from '../src/manifest/index.ts';

/** The keeper of a catalogue for tests, and those who pretend to be. */

const ops = createNodeCrypto();

function der(file: string): Uint8Array {
  const text = readFileSync(new URL(`../../vectors/pki/${file}`, import.meta.url), 'utf8');
  const block = decodePem(text).at(-1);
  if (block === undefined) throw new Error(`no PEM block in ${file}`);
  return block.bytes;
}

const certificate = (name: string) => parseCertificate(der(`${name}.pem`));

export const signedAt = new Date('2026-11-22T00:00:00Z');

/** Trust in the SM2 and P-256 hierarchies, as a computer of the province is set up with. */
export const testTrust: DriverTrust = {
  anchors: [certificate('sm2/root'), certificate('p256/root')],
  intermediates: [certificate('sm2/intermediate'), certificate('p256/intermediate')],
  crls: [],
};

export interface Signer {
  /** Under vectors/pki. */
  readonly certificate: string;
  readonly key: string;
  readonly kind: 'sm2' | 'ec' | 'rsa';
}

export const keeper: Signer = { certificate: 'sm2/driver-signer', key: 'sm2/driver-signer', kind: 'sm2' };
export const keeperP256: Signer = { certificate: 'p256/driver-signer', key: 'p256/driver-signer', kind: 'ec' };
export const untrustedKeeper: Signer = { certificate: 'rsa/driver-signer', key: 'rsa/driver-signer', kind: 'rsa' };
export const expiredKeeper: Signer = { ...keeper, certificate: 'sm2/driver-signer-expired' };
/** A bidder, under the same CA. */
export const bidder: Signer = { certificate: 'sm2/leaf', key: 'sm2/leaf', kind: 'sm2' };

export function signBytes(content: Uint8Array, signer: Signer = keeper): Uint8Array {
  return signContent(
    {
      content,
      certificate: certificate(signer.certificate),
      chain: [],
      key: { kind: signer.kind, pkcs8: der(`${signer.key}.test-key.pem`) },
      signingTime: signedAt,
    },
    ops,
  );
}

export const signJson = (value: unknown, signer?: Signer): Uint8Array =>
  signBytes(encodeCanonicalJson(value as Json), signer);

const sampleBuild = { version: '1.0.0', sha256: 'ab'.repeat(32) };

/** A manifest of an SKF vendor; give what is to be different. */
export function sampleManifest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: 'onelock-driver',
    format: 1,
    id: 'vendor-skf',
    version: 3,
    name: { 'zh-CN': '测试厂商密钥', en: 'Test vendor key' },
    vendor: { name: '测试厂商', contact: 'https://vendor.test/' },
    family: 'skf',
    libraries: [
      { system: 'linux', architecture: 'x64', paths: ['/usr/lib/vendor/libskf.so'], builds: [sampleBuild] },
      {
        system: 'windows',
        architecture: 'x64',
        paths: ['%SystemRoot%\\System32\\VendorSkf.dll', 'C:\\Vendor\\Skf.dll'],
        builds: [sampleBuild],
      },
    ],
    devices: { usb: [{ vendorId: '0a1b', productId: '0001' }], names: ['Vendor Key*'] },
    quirks: { packing: 'pack1' },
    pin: { minLength: 6, maxLength: 16, retries: 8, characters: 'any' },
    seal: { place: 'file', name: '*.esl', format: 'gbt-38540' },
    ...changes,
  };
}

export function sampleCatalogue(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: 'onelock-driver-catalogue',
    format: 1,
    version: 10,
    issuedAt: '2026-11-20T00:00:00Z',
    nextUpdate: '2027-01-20T00:00:00Z',
    drivers: [sampleManifest()],
    recalls: [],
    ...changes,
  };
}
