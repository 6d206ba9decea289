import { derSequence, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { anchor } from '../../test/support/certificates.ts';
import {
  basicConstraints,
  extension,
  general,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
  nameConstraints,
  subjectAltName,
} from '../../test/support/test-ca.ts';
import { judgeCertificate } from '../validation/judge-certificate.ts';
import type { PathReport } from './path-report.ts';
import { validatePath } from './validate-path.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const ca = [basicConstraints(), keyUsage(5)];
const at = new Date('2026-06-01T00:00:00Z');

function issue(
  [subject, subjectKey]: readonly [string, string],
  [issuer, issuerKey]: readonly [string, string],
  extensions: readonly Uint8Array[],
): Certificate {
  return makeCertificate(
    {
      subject: name(subject),
      key: key(subjectKey),
      issuer: { name: name(issuer), key: key(issuerKey) },
      extensions,
    },
    ops,
  );
}

const root = issue(['root', 'root'], ['root', 'root'], ca);
const stranger = issue(['stranger', 'stranger'], ['stranger', 'stranger'], ca);

function judge(leaf: Certificate, intermediates: readonly Certificate[], trusted: Certificate = root): PathReport {
  const input = { leaf, intermediates, trustAnchors: [anchor(trusted)], at, profile: 'rfc5280' } as const;
  return validatePath(input, ops);
}

function within(milliseconds: number, run: () => PathReport): PathReport['verdict'] {
  const spent = processorTime();
  const { verdict } = run();
  expect(spent()).toBeLessThan(milliseconds);
  return verdict;
}

describe('paths made to exhaust the builder', () => {
  it('ends in a web where every CA has certified every other, and finds no anchor', () => {
    const cas = Array.from({ length: 7 }, (_, index): readonly [string, string] => [`ca ${index}`, `ca ${index}`]);
    const web = cas.flatMap((subject) =>
      cas.filter((issuer) => issuer !== subject).map((issuer) => issue(subject, issuer, ca)),
    );
    const leaf = issue(['leaf', 'leaf'], ['ca 0', 'ca 0'], []);
    const verdict = within(5000, () => judge(leaf, web));
    expect(verdict).toMatchObject({ indication: 'failed' });
  });

  it('asks for the name of an issuer once for each certificate, however many ways lead to it, and reports the first ways alone', () => {
    const long = (label: string): Uint8Array => name(...Array.from({ length: 1000 }, (_, index) => `${index}`), label);
    const cas = Array.from({ length: 7 }, (_, index) => ({ name: long(`ca ${index}`), key: key(`ca ${index}`) }));
    let asked = 0;
    const counted = (certificate: Certificate): Certificate =>
      new Proxy(certificate, {
        get(target, property) {
          if (property === 'subject') asked++;
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const web = cas.flatMap((subject) =>
      cas
        .filter((issuer) => issuer !== subject)
        .map((issuer) =>
          counted(makeCertificate({ subject: subject.name, key: subject.key, issuer, extensions: ca }, ops)),
        ),
    );
    const [first] = cas;
    if (first === undefined) throw new Error('no authority');
    const leaf = makeCertificate({ subject: name('leaf'), key: key('leaf'), issuer: first }, ops);
    const trustAnchors = [anchor(root)];
    const report = judgeCertificate(
      { certificate: leaf, intermediates: web, trustAnchors, at, profile: 'rfc5280', revocation: 'none' },
      ops,
    );
    expect(report.reason).toMatchObject({ code: 'ERR_PATH_BUDGET_EXCEEDED' });
    // Every certificate of the web against every other, the leaf against all, and what the report names.
    expect(asked).toBeLessThan(web.length * (web.length + 1) * 2);
    expect(report.attempts.length).toBe(64);
  });

  it('ends where many keys bear one name', () => {
    const layers = [0, 1, 2, 3].flatMap((layer) =>
      Array.from({ length: 12 }, (_, index) =>
        issue([`layer ${layer}`, `key ${layer}`], [`layer ${layer + 1}`, `key ${layer + 1} ${index}`], ca),
      ),
    );
    const leaf = issue(['leaf', 'leaf'], ['layer 0', 'key 0'], []);
    expect(within(5000, () => judge(leaf, layers))).toMatchObject({ indication: 'failed' });
  });

  it('counts signatures and says when the budget is spent', () => {
    const impostors = Array.from({ length: 40 }, (_, index) =>
      issue(['ca', `impostor ${index}`], ['root', 'root'], ca),
    );
    const leaf = issue(['leaf', 'leaf'], ['ca', 'the real one'], []);
    const input = { leaf, intermediates: impostors, trustAnchors: [anchor(root)], at, profile: 'rfc5280' } as const;
    expect(validatePath({ ...input, budget: { signatures: 10 } }, ops).verdict).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_PATH_BUDGET_EXCEEDED', params: { limit: 'signatures' } },
    });
    expect(validatePath(input, ops).verdict).toMatchObject({ reason: { code: 'ERR_PATH_SIGNATURE_INVALID' } });
  });

  it('follows two CAs that certify each other round no more than once', () => {
    const circle = [issue(['a', 'a'], ['b', 'b'], ca), issue(['b', 'b'], ['a', 'a'], ca)];
    const leaf = issue(['leaf', 'leaf'], ['a', 'a'], []);
    const report = judge(leaf, circle, stranger);
    expect(report.verdict).toMatchObject({ reason: { code: 'ERR_PATH_UNKNOWN_ISSUER' } });
    expect(report.attempts.length).toBeLessThan(4);
  });

  it('follows a chain no deeper than the budget allows', () => {
    const chain = Array.from({ length: 30 }, (_, index) =>
      issue([`n${index}`, 'one key'], [`n${index + 1}`, 'one key'], ca),
    );
    const top = issue(['n30', 'one key'], ['n30', 'one key'], ca);
    const leaf = issue(['leaf', 'leaf'], ['n0', 'one key'], []);
    expect(judge(leaf, chain, top).verdict).toMatchObject({
      reason: { code: 'ERR_PATH_BUDGET_EXCEEDED', params: { limit: 'depth' } },
    });
    expect(judge(leaf, chain.slice(0, 16), issue(['n16', 'one key'], ['n16', 'one key'], ca)).verdict.indication).toBe(
      'passed',
    );
  });

  it('stops comparing thousands of names with thousands of constraints', () => {
    const many = Array.from({ length: 1200 }, (_, index) => general.dns(`x${index}.test`));
    const constrained = issue(['constrained', 'c'], ['root', 'root'], [...ca, nameConstraints({ excluded: many })]);
    const names = Array.from({ length: 1200 }, (_, index) => general.dns(`y${index}.test`));
    const leaf = issue(['leaf', 'leaf'], ['constrained', 'c'], [subjectAltName(...names)]);
    const verdict = within(5000, () => judge(leaf, [constrained]));
    expect(verdict).toMatchObject({
      reason: { code: 'ERR_PATH_BUDGET_EXCEEDED', params: { limit: 'nameComparisons' } },
    });
  });
});

describe('certificates that parse and cannot be processed', () => {
  const leafWith = (...extensions: readonly Uint8Array[]): Certificate =>
    issue(['leaf', 'leaf'], ['root', 'root'], extensions);

  it.each([
    ['basicConstraints', extension(oids.basicConstraints, true, Uint8Array.of(0x30, 0x05))],
    ['certificatePolicies', extension(oids.certificatePolicies, false, derSequence())],
    ['policyConstraints', extension(oids.policyConstraints, true, derSequence())],
  ])('fail with a coded reason and no exception: %s', (_title, malformed) => {
    const below = issue(['leaf', 'leaf'], ['broken', 'b'], []);
    const broken = issue(['broken', 'b'], ['root', 'root'], [...ca.slice(1), malformed]);
    const report = judge(below, [broken]);
    expect(report.verdict.indication).toBe('failed');
    expect(report.attempts.length).toBeGreaterThan(0);
  });

  it('do no harm when they are not needed', () => {
    const broken = issue(['middle', 'b'], ['root', 'root'], [extension(oids.basicConstraints, true, derSequence())]);
    const good = issue(['middle', 'm'], ['root', 'root'], ca);
    const below = issue(['leaf', 'leaf'], ['middle', 'm'], []);
    expect(judge(below, [broken, good]).verdict.indication).toBe('passed');
  });

  it('refuse a name constraint that is malformed, critical or not', () => {
    const value = derSequence(derSequence());
    const constrained = issue(
      ['middle', 'm'],
      ['root', 'root'],
      [...ca, extension(oids.nameConstraints, false, value)],
    );
    const below = issue(['leaf', 'leaf'], ['middle', 'm'], []);
    expect(judge(below, [constrained]).verdict.indication).toBe('failed');
    expect(judge(leafWith(), []).verdict.indication).toBe('passed');
  });
});
