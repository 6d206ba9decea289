import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import { basicConstraints, keyRing, keyUsage, makeCertificate, name } from '../../test/support/test-ca.ts';
import type { PathReport } from './path-report.ts';
import { validatePath } from './validate-path.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const at = new Date('2026-06-01T00:00:00Z');

function issue(
  subject: string,
  issuer: string,
  isCa: boolean,
  notAfter = new Date('2040-01-01T00:00:00Z'),
): Certificate {
  const extensions = isCa ? [basicConstraints(), keyUsage(5)] : [];
  const spec = { subject: name(subject), key: key(subject), issuer: { name: name(issuer), key: key(issuer) } };
  return makeCertificate({ ...spec, extensions, notAfter }, ops);
}

/** Two ways from the leaf to the root, and certificates that lead nowhere. */
const root = issue('root', 'root', true);
const leaf = issue('leaf', 'a', false);
const ways: readonly (readonly Certificate[])[] = [
  [issue('a', 'root', true)],
  [issue('a', 'b', true), issue('b', 'c', true), issue('c', 'root', true)],
];
const useless: readonly Certificate[] = [
  issue('a', 'nobody', true),
  issue('a', 'root', false),
  issue('a', 'root', true, new Date('2021-01-01T00:00:00Z')),
  issue('b', 'a', true),
  issue('c', 'b', true),
  leaf,
];
const pool = [...ways.flat(), ...useless];

function judge(intermediates: readonly Certificate[]): PathReport {
  return validatePath({ leaf, intermediates, trustAnchors: [anchor(root)], at, profile: 'rfc5280' }, ops);
}

describe('a path among many certificates', () => {
  it('is found exactly when all certificates of one way are there, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...pool]), (some) => {
        const isPossible = ways.some((way) => way.every((certificate) => some.includes(certificate)));
        expect(judge(some).verdict.indication).toBe(isPossible ? 'passed' : 'failed');
      }),
      { numRuns: 150 },
    );
  });

  it('always links each certificate to the next and ends at the anchor', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...useless]), fc.constantFrom(...ways), (some, way) => {
        const path = judge([...some, ...way]).path ?? [];
        expect(path[0]).toBe(leaf);
        expect(path.at(-1)).toBe(root);
        for (const [index, certificate] of path.slice(0, -1).entries())
          expect(certificate.issuerDer).toEqual(path[index + 1]?.subjectDer);
      }),
      { numRuns: 60 },
    );
  });
});
