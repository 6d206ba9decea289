import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { judgeCertificate } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../tools/src/test-setup/processor-time.ts';

const vectors = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../vectors');

interface Entry {
  readonly file: string;
  readonly description: string;
  readonly refused: 'when read' | 'when judged';
}

const { certificates } = JSON.parse(readFileSync(path.join(vectors, 'hostile/x509/index.json'), 'utf8')) as {
  certificates: readonly Entry[];
};
const bytesOf = ({ file }: Entry): Uint8Array => new Uint8Array(readFileSync(path.join(vectors, 'hostile/x509', file)));

function certificate(name: string): Certificate {
  const [block] = decodePem(readFileSync(path.join(vectors, 'pki/rsa', `${name}.pem`), 'utf8'));
  if (block === undefined) throw new Error(`${name} holds no certificate`);
  return parseCertificate(block.bytes);
}

describe('malformed certificates', () => {
  it.each(certificates.filter(({ refused }) => refused === 'when read'))(
    'are refused when read, with a code and within a second: $description',
    (entry) => {
      const spent = processorTime();
      let outcome: unknown;
      try {
        outcome = parseCertificate(bytesOf(entry));
      } catch (error) {
        outcome = error;
      }
      expect(outcome).toBeInstanceOf(CodedError);
      expect(spent()).toBeLessThan(1000);
    },
  );

  it.each(certificates.filter(({ refused }) => refused === 'when judged'))(
    'are refused when judged, if they can be read: $description',
    (entry) => {
      const report = judgeCertificate(
        {
          certificate: parseCertificate(bytesOf(entry)),
          intermediates: [certificate('intermediate')],
          trustAnchors: [{ kind: 'certificate', certificate: certificate('root') }],
          at: new Date('2026-06-01T00:00:00Z'),
          profile: 'rfc5280',
          revocation: 'none',
        },
        createNodeCrypto(),
      );
      expect(report.indication).toBe('failed');
    },
  );
});
