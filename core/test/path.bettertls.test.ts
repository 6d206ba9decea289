import { readFileSync } from 'node:fs';
import { fromBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { validatePath } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { anchor } from './support/certificates.ts';

const ops = createNodeCrypto();

interface BetterTlsCase {
  readonly id: string;
  /** Base64 DER, leaf first. */
  readonly certificates: readonly string[];
  readonly hostname: string;
  readonly expected: 'ACCEPT' | 'REJECT';
  /** The suite itself calls another answer a warning. */
  readonly failureIsWarning: boolean;
}

interface BetterTls {
  readonly trustRoot: string;
  readonly validationTime: string;
  readonly suites: Readonly<Record<string, { readonly testCases: readonly BetterTlsCase[] }>>;
}

requireReal('BetterTLS', publishedVector('bettertls/bettertls-shared.json'))('the BetterTLS suites', (file) => {
  const suite = JSON.parse(readFileSync(file, 'utf8')) as BetterTls;
  const root = anchor(parseCertificate(fromBase64(suite.trustRoot)));

  function outcome(testCase: BetterTlsCase): 'ACCEPT' | 'REJECT' {
    const [leaf, ...intermediates] = testCase.certificates.map((der) => parseCertificate(fromBase64(der)));
    if (leaf === undefined) throw new Error(`${testCase.id} has no leaf`);
    const { verdict } = validatePath(
      {
        leaf,
        intermediates,
        trustAnchors: [root],
        at: new Date(suite.validationTime),
        profile: 'rfc5280',
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
        peerName: { kind: /^[0-9.]+$/.test(testCase.hostname) ? 'ip' : 'dns', value: testCase.hostname },
      },
      ops,
    );
    return verdict.indication === 'passed' ? 'ACCEPT' : 'REJECT';
  }

  it.each(Object.entries(suite.suites))(
    '%s: accepts nothing it should reject and nothing hard the other way',
    (_name, { testCases }) => {
      const differing = testCases.filter((testCase) => outcome(testCase) !== testCase.expected);
      expect(differing.filter(({ expected }) => expected === 'REJECT')).toEqual([]);
      expect(differing.filter(({ failureIsWarning }) => !failureIsWarning)).toEqual([]);
      expect(differing.length).toBeLessThanOrEqual(1);
      expect(new Set(testCases.map(({ expected }) => expected)).size).toBe(2);
    },
  );
});
