import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { oids } from '../asn1/index.ts';
import { decodePem } from '../bytes/index.ts';
import { nameAttributes, parseCertificate } from '../x509/index.ts';
import { requireDeclared } from './declare.ts';
import { declaredDeviations } from './declared.ts';
import type { Deviation } from './deviation.ts';
import { symptoms } from './symptom.ts';

const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const [leaf] = decodePem(readFileSync(path.join(checkout, 'vectors/pki/sm2/leaf.pem'), 'utf8'));
const certificateDer = leaf?.bytes ?? new Uint8Array();
const ours = declaredDeviations.filter(({ vector }) => vector.startsWith('core/'));
const published = declaredDeviations.filter(({ vector }) => !vector.startsWith('core/'));

describe('the table of declared deviations', () => {
  it('has rows that end, and begin before they end', () => {
    for (const { since, until } of declaredDeviations) {
      expect(since).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(until > since && until < '2035-01-01').toBe(true);
    }
  });

  it('declares each symptom for an authority once', () => {
    const keys = declaredDeviations.map(
      ({ authority, symptom }) => `${authority === 'any' ? 'any' : authority.name} ${symptom}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('knows the clause that every symptom departs from', () => {
    for (const { symptom } of declaredDeviations) expect(symptoms[symptom]).toMatch(/^(GB\/T \d+-\d{4}|RFC \d+) §/);
  });

  it.each(ours.map(({ symptom, vector }) => [symptom, vector]))('%s is shown by %s', (_symptom, vector) => {
    expect(existsSync(path.join(checkout, vector ?? ''))).toBe(true);
  });
});

requireReal('published GM/T 0010 messages', publishedVector('gm-x509'))('published vectors of the table', (folder) => {
  it.each(published.map(({ symptom, vector }) => [symptom, vector]))('%s is shown by %s', (_symptom, vector) => {
    expect(existsSync(path.join(folder, '..', vector ?? ''))).toBe(true);
  });
});

describe('a rule', () => {
  const row: Deviation = {
    authority: 'any',
    symptom: 'sm4-cbc-without-mode',
    rule: 'read as CBC',
    vector: 'none',
    since: '2020-01-01',
    until: '2020-12-31',
  };
  const ask = (day: string): unknown =>
    requireDeclared(['sm4-cbc-without-mode', 'sm4-cbc-without-mode'], undefined, { at: new Date(day), table: [row] });

  it('holds from its first to its last day, and counts a symptom once', () => {
    const use = { symptom: 'sm4-cbc-without-mode', authority: 'any', until: '2020-12-31' };
    expect(ask('2020-01-01T00:00:00Z')).toEqual([use]);
    expect(ask('2020-12-31T23:59:59Z')).toEqual([use]);
  });

  it('does not hold before or after', () => {
    expect(() => ask('2019-12-31T23:59:59Z')).toFailWith('ERR_DEVIATION_UNDECLARED');
    expect(() => ask('2021-01-01T00:00:00Z')).toFailWith('ERR_DEVIATION_UNDECLARED');
  });

  it('does not hold for issuers that are held to rows of their own', () => {
    const { issuer } = parseCertificate(certificateDer);
    const [mark = ''] = nameAttributes(issuer, oids.commonName);
    const by = (except: readonly string[]): unknown =>
      requireDeclared(['sm4-cbc-without-mode'], issuer, { at: new Date('2020-06-01'), table: [{ ...row, except }] });
    expect(by(['another'])).toHaveLength(1);
    expect(() => by([mark])).toFailWith('ERR_DEVIATION_UNDECLARED');
  });

  it('is not needed where nothing was seen', () => {
    expect(requireDeclared([], undefined, { at: new Date(), table: [] })).toEqual([]);
  });
});
