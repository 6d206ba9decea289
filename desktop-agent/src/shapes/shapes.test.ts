import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem } from '@onelock/core/bytes';
import { encodeResult } from '@onelock/core/contract';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { publishedVectors } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { certificateInfo } from './certificate-shape.ts';
import { identityShape, mask } from './identity-shape.ts';
import { keyCard } from './key-card.ts';

const ops = createNodeCrypto();
const pki = fileURLToPath(new URL('../../../vectors/pki/', import.meta.url));
const device = {
  id: 'x',
  kind: 'file',
  vendor: '',
  model: '',
  serialNumber: '01',
  label: '示例',
  firmwareVersion: null,
  algorithms: [],
  freeSpace: null,
  capabilities: [],
  insertion: 1,
} as unknown as Parameters<typeof keyCard>[1];

function certificatesOf(file: string): readonly Uint8Array[] {
  const text = readFileSync(file, 'latin1');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) return [new Uint8Array(readFileSync(file))];
  return decodePem(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ bytes }) => bytes);
}

/** Every certificate fits the contract's result, or is a coded error; never anything else. */
function fitsContract(der: Uint8Array): 'shown' | 'refused' {
  try {
    const certificate = parseCertificate(der);
    encodeResult('getCertificateInfo', certificateInfo(certificate, ops));
    encodeResult('getSubjectIdentity', identityShape(certificate));
    keyCard(certificate, device, new Date('2026-06-01T00:00:00Z'));
    return 'shown';
  } catch (error) {
    if (isCodedError(error) && error.code !== 'ERR_CALL_RESULT_INVALID') return 'refused';
    throw error;
  }
}

describe('certificates as pages see them', () => {
  it('fit the contract, for every certificate of our own hierarchy', () => {
    const files = readdirSync(pki, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.pem') && !name.includes('test-key'),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files)
      for (const der of certificatesOf(path.join(pki, file)))
        expect([file, fitsContract(der)]).toEqual([file, 'shown']);
  });

  it('mask a person’s identity number and show the company', () => {
    const [der] = certificatesOf(path.join(pki, 'sm2/person.pem'));
    const identity = identityShape(parseCertificate(der ?? new Uint8Array()));
    expect(identity.person?.maskedIdentityNumber ?? '').toMatch(/^\d\d\*+[\dX]{2}$/);
  });

  it('say by date whether a key still serves', () => {
    const [der] = certificatesOf(path.join(pki, 'sm2/leaf.pem'));
    const certificate = parseCertificate(der ?? new Uint8Array());
    const at = (days: number): Date => new Date(certificate.notAfter.getTime() - days * 86_400_000);
    expect(
      [
        keyCard(certificate, device, at(31)),
        keyCard(certificate, device, at(29)),
        keyCard(certificate, device, at(-1)),
      ].map(({ validity }) => validity),
    ).toEqual(['valid', 'expiring', 'expired']);
  });

  requireReal('published certificates', publishedVectors())(
    'fit the contract or are refused with a code, for published ones in all their variety',
    (vectors) => {
      it.each(['gm-x509', 'x509-edge', 'x509-limbo'])('%s', (suite) => {
        const files = readdirSync(path.join(vectors, suite), { recursive: true, encoding: 'utf8' }).filter((name) =>
          /\.(pem|crt|cer|der|json)$/i.test(name),
        );
        const outcomes = files.flatMap((name) => publishedIn(path.join(vectors, suite, name)).map(fitsContract));
        expect(outcomes.filter((outcome) => outcome === 'shown').length).toBeGreaterThan(10);
      });
    },
  );
});

/** Certificates of a file, also those that stand as PEM inside JSON; what is no PEM is not what this is about. */
function publishedIn(file: string): readonly Uint8Array[] {
  const text = readFileSync(file, 'latin1').replaceAll('\\n', '\n');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g);
  if (blocks === null) return file.endsWith('.json') ? [] : [new Uint8Array(readFileSync(file))];
  return [...new Set(blocks)].flatMap((block) => {
    try {
      return decodePem(block).map(({ bytes }) => bytes);
    } catch (error) {
      if (isCodedError(error)) return [];
      throw error;
    }
  });
}

it('masks short and long numbers alike', () => {
  expect([mask('520102199003071234'), mask('1234567'), mask('12345'), mask('')]).toEqual([
    '52**************34',
    '12***67',
    '*****',
    '*',
  ]);
});

it('shows no text of a certificate or token that turns the direction or breaks the line', () => {
  const [der] = certificatesOf(path.join(pki, 'sm2/leaf.pem'));
  const now = new Date('2026-06-01T00:00:00Z');
  const honest = keyCard(parseCertificate(der ?? new Uint8Array()), device, now);
  const name = honest.organization ?? '';
  // Three bytes for three: a character of the name becomes U+202E, which shows the rest from right to left.
  const [first = ''] = name;
  const tricked = Buffer.from(
    Buffer.from(der ?? [])
      .toString('latin1')
      .replaceAll(latin1(first), latin1('\u202e')),
    'latin1',
  );
  const card = keyCard(
    parseCertificate(new Uint8Array(tricked)),
    { ...device, label: ' \u202e示\u200b例\n', serialNumber: '\u2066' },
    now,
  );
  expect(latin1(first)).toHaveLength(3);
  expect(card.organization).toBe(name.replaceAll(first, ''));
  expect(card.device).toBe('示例');
});

/** The UTF-8 bytes of a text, one character each. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
