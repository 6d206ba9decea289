import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type Certificate, sameName } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { makeCertificate, name } from '../../../core/test/support/test-ca.ts';
import type { AuthorityIndex } from './authority-index.ts';
import { noSources } from './ports/evidence-store.ts';
import { requiredAnswers } from './required-answers.ts';

const ops = createNodeCrypto();
const key = ops.generateKeyPair({ kind: 'sm2' });
let serial = 1;
const issued = (subject: string, issuer: string): Certificate =>
  makeCertificate({ subject: name(subject), key, issuer: { name: name(issuer), key }, serial: serial++ }, ops);
const root = issued('root', 'root');
const authorities = (revocation: 'require' | 'if-available'): Pick<AuthorityIndex, 'named' | 'sourcesOf'> => ({
  named: (issuer) =>
    sameName(issuer, root.subject) ? [{ caId: 'ca_1', kind: 'anchor', certificate: root, digest: '' }] : [],
  sourcesOf: () => ({ ...noSources, revocation }),
});
const [leaf, lower, upper] = [issued('leaf', 'lower'), issued('lower', 'upper'), issued('upper', 'root')];

describe('answers that have to be there', () => {
  it('are those on each certificate from the one in question up to the first that is registered', () => {
    expect(requiredAnswers(authorities('require'), [leaf], [lower, upper])).toHaveLength(3);
    expect(requiredAnswers(authorities('if-available'), [leaf], [lower, upper])).toEqual([]);
    expect(requiredAnswers(authorities('require'), [leaf], [])).toEqual([]);
  });

  it('are not fewer for whoever brings along namesakes that lead nowhere', () => {
    const astray = Array.from({ length: 20 }, (_, index) => issued('lower', `nobody ${index}`));
    const needed = requiredAnswers(authorities('require'), [leaf], [...astray, lower, upper]);
    for (const { issuerDer } of [leaf, lower, upper])
      expect(needed.some(({ issuer }) => Buffer.from(issuer).equals(issuerDer))).toBe(true);
  });

  it('come to an end where certificates certify each other', () => {
    const [one, other] = [issued('lower', 'ring'), issued('ring', 'lower')];
    expect(requiredAnswers(authorities('require'), [leaf], [one, other])).toEqual([]);
  });
});
