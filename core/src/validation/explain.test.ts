import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { profiles, ruleClauses } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import type { EvidenceRecord } from './evidence-record.ts';
import { recordEvidence, replayEvidence } from './evidence-record.ts';
import { clauseOf, explainCertificate } from './explain-certificate.ts';
import { type CertificateEvidence, judgeCertificate } from './judge-certificate.ts';

const ops = createNodeCrypto();
const load = (name: string) => {
  const [block] = decodePem(readFileSync(new URL(`../../../vectors/pki/${name}.pem`, import.meta.url), 'utf8'));
  return parseCertificate(block?.bytes ?? new Uint8Array());
};
const evidence = (leaf: string, more: Partial<CertificateEvidence> = {}): CertificateEvidence => ({
  certificate: load(leaf),
  intermediates: [load('sm2/intermediate')],
  trustAnchors: [{ kind: 'certificate', certificate: load('sm2/root') }],
  at: new Date('2026-06-01T00:00:00Z'),
  profile: 'bidding',
  revocation: 'none',
  ...more,
});

describe('the detailed report', () => {
  it('says the same as the simple one and what it rests on', () => {
    const { report, checked, clause } = explainCertificate(evidence('sm2/leaf'), ops);
    expect(report).toEqual(judgeCertificate(evidence('sm2/leaf'), ops));
    expect(clause).toBeUndefined();
    expect(checked.length).toBeGreaterThan(20);
    expect(checked.every((one) => one.satisfied && one.clause !== '' && one.subject !== '')).toBe(true);
  });

  it('names the clause of the reason, and the constraint that broke last', () => {
    const { report, clause, attempts } = explainCertificate(evidence('sm2/expired'), ops);
    expect(report.reason?.code).toBe('ERR_PATH_EXPIRED');
    expect(clause).toBe('RFC 5280 §6.1.3 (a)(2)');
    expect(attempts[0]?.checked.at(-1)).toMatchObject({ constraint: 'validity', satisfied: false });
  });

  it('names the clause of a rule of the profile', () => {
    const reason = { code: 'ERR_PATH_PROFILE_VIOLATION', params: { subject: '', rule: 'time-stamping-only' } } as const;
    expect(clauseOf(reason)).toBe('RFC 3161 §2.3');
    const { clause } = explainCertificate(evidence('sm2/leaf', { profile: 'rfc5280-strict' }), ops);
    expect(clause === undefined || clause.startsWith('RFC 5280')).toBe(true);
  });

  it('names every rule of the profile by itself, up to the one that broke', () => {
    const rules = profiles['rfc5280-strict'].rules;
    const { checked } = explainCertificate(evidence('sm2/leaf', { profile: 'rfc5280-strict' }), ops);
    for (const rule of rules) {
      const asked = checked.filter(({ constraint }) => constraint === rule);
      expect(asked, rule).toHaveLength(3);
      for (const one of asked) expect(one).toMatchObject({ clause: ruleClauses[rule], satisfied: true });
    }
    const broken = {
      ...profiles.bidding,
      rules: ['validity-encoding', 'subject-alt-name-present', 'issuer-not-empty'],
    } as const;
    const { report, attempts } = explainCertificate(evidence('sm2/leaf', { profile: broken }), ops);
    expect(report.reason).toMatchObject({
      code: 'ERR_PATH_PROFILE_VIOLATION',
      params: { rule: 'subject-alt-name-present' },
    });
    expect(attempts[0]?.checked.slice(-2)).toMatchObject([
      { constraint: 'validity-encoding', clause: 'RFC 5280 §4.1.2.5', satisfied: true },
      { constraint: 'subject-alt-name-present', clause: 'CA/B Forum TLS BR §7.1.2.7.12', satisfied: false },
    ]);
  });

  it('goes through JSON unchanged', () => {
    for (const leaf of ['sm2/leaf', 'sm2/expired', 'sm2/unknown-critical', 'sm2/no-za']) {
      const explanation = explainCertificate(evidence(leaf), ops);
      expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    }
  });
});

describe('evidence on record', () => {
  const throughFile = (record: EvidenceRecord): EvidenceRecord => JSON.parse(JSON.stringify(record)) as EvidenceRecord;

  it.each(['sm2/leaf', 'sm2/expired', 'sm2/ca-false', 'sm2/no-za'])('gives the same report again: %s', (leaf) => {
    const given = evidence(leaf, { peerName: { kind: 'dns', value: 'a.test' }, keyUsage: ['digitalSignature'] });
    expect(replayEvidence(throughFile(recordEvidence(given)), ops)).toEqual(judgeCertificate(given, ops));
  });

  it('keeps a bare key, limits and lists', () => {
    const root = load('sm2/root');
    const anchor = {
      kind: 'name-and-key',
      name: root.subject,
      publicKey: root.publicKey,
      limits: { pathLength: 0 },
    } as const;
    const given = evidence('sm2/leaf', {
      trustAnchors: [anchor],
      crls: [Uint8Array.of(0x30, 0)],
      revocation: 'require',
    });
    const report = replayEvidence(throughFile(recordEvidence(given)), ops);
    expect(report).toEqual(judgeCertificate(given, ops));
    expect(report.reason?.code).toBe('ERR_PATH_LENGTH_EXCEEDED');
  });

  it('another version, a changed byte and constraints that have no text are refused', () => {
    const record = recordEvidence(evidence('sm2/leaf'));
    expect(() => replayEvidence({ ...record, version: 2 as 1 }, ops)).toFailWith('ERR_REQUEST_INVALID');
    expect(() => replayEvidence({ ...record, certificate: 'AAAA' }, ops)).toFailWith('ERR_DER_TAG_INVALID');
    const limits = { nameConstraints: { permitted: [], excluded: [] } };
    const anchor = { kind: 'certificate', certificate: load('sm2/root'), limits } as const;
    expect(() => recordEvidence(evidence('sm2/leaf', { trustAnchors: [anchor] }))).toFailWith('ERR_REQUEST_INVALID');
  });
});
