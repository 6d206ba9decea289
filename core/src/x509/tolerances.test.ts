import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { derBoolean, derOid, derSequence, oids } from '@onelock/core/asn1';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { extension, keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import type { Certificate } from './certificate.ts';
import { parseCertificate } from './parse-certificate.ts';
import { tolerancesOf } from './tolerances.ts';

const ops = createNodeCrypto();
const key = keyRing(ops)('any');

function issue(extensions: readonly Uint8Array[], serial?: number): Certificate {
  const issuer = { name: name('issuer'), key };
  return makeCertificate(
    { subject: name('subject'), key, issuer, extensions, ...(serial !== undefined && { serial }) },
    ops,
  );
}

describe('what a certificate is forgiven', () => {
  it('is nothing for one that keeps the standards', () => {
    expect(tolerancesOf(issue([keyUsage(0, 1)]))).toEqual([]);
    expect(tolerancesOf(issue([]))).toEqual([]);
  });

  it('is named and counted', () => {
    const written = derSequence(derOid('1.2.3.4'), derBoolean(false), Uint8Array.of(0x04, 0x02, 0x05, 0x00));
    const constraints = extension(oids.basicConstraints, true, derSequence(derBoolean(false)));
    expect(tolerancesOf(issue([written, constraints]))).toEqual([{ name: 'default-written-out', count: 2 }]);
    expect(tolerancesOf(issue([], -5))).toEqual([{ name: 'serial-number-negative', count: 1 }]);
    expect(tolerancesOf(issue([], 0))).toEqual([{ name: 'serial-number-zero', count: 1 }]);
    const zeros = extension(oids.keyUsage, true, Uint8Array.of(0x03, 0x02, 0x00, 0x80));
    expect(tolerancesOf(issue([zeros]))).toEqual([{ name: 'key-usage-trailing-zeros', count: 1 }]);
  });
});

requireReal('published odd certificates', publishedVector('x509-edge'))('of odd certificates in use', (folder) => {
  it('says so for every one that can be read, and never throws', () => {
    const met: number[] = [];
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(path.join(folder, file));
      const der = file.endsWith('.pem') ? decodePem(bytes.toString('utf8'))[0]?.bytes : new Uint8Array(bytes);
      let certificate: Certificate;
      try {
        certificate = parseCertificate(der ?? new Uint8Array());
      } catch {
        continue;
      }
      met.push(tolerancesOf(certificate).length);
    }
    expect(met.length).toBeGreaterThan(15);
  });
});
