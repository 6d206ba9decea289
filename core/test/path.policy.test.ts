import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type PathReport, type PolicyRequirements, validatePath } from '@onelock/core/path';
import type { Certificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { anchor, loadCertificate } from './support/certificates.ts';

const ops = createNodeCrypto();
const arc = '1.2.840.113554.4.1.72585.2';
const oid = (number: number): string => `${arc}.${number}`;

/** Leaf first; `root2` stands for the anchor of the cross-certificate. */
interface PolicyCase {
  readonly title: string;
  readonly chain: readonly [string, ...string[]];
  readonly root?: string;
  readonly policies: PolicyRequirements;
  readonly expected: 'passed' | 'ERR_PATH_POLICY' | 'ERR_X509_MALFORMED' | 'ERR_DER_TRUNCATED';
}

const explicit = (...numbers: readonly number[]): PolicyRequirements => ({
  explicit: true,
  acceptable: numbers.map(oid),
});
const crossed = (leaf: string): readonly [string, ...string[]] => [
  leaf,
  'intermediate_mapped',
  'root_cross_inhibit_mapping',
];

const cases: readonly PolicyCase[] = [
  { title: 'a policy that both have', chain: ['leaf', 'intermediate'], policies: explicit(1), expected: 'passed' },
  {
    title: 'one of two acceptable policies',
    chain: ['leaf', 'intermediate'],
    policies: explicit(2, 3),
    expected: 'passed',
  },
  {
    title: 'a policy that neither has',
    chain: ['leaf', 'intermediate'],
    policies: explicit(3),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'a missing policy, while none is required',
    chain: ['leaf', 'intermediate'],
    policies: { acceptable: [oid(3)] },
    expected: 'passed',
  },
  {
    title: 'a leaf without policies, while none is required',
    chain: ['leaf_none', 'intermediate'],
    policies: {},
    expected: 'passed',
  },
  {
    title: 'a leaf without policies, while one is required',
    chain: ['leaf_none', 'intermediate'],
    policies: { explicit: true },
    expected: 'ERR_PATH_POLICY',
  },
  { title: 'any policy in the leaf', chain: ['leaf_any', 'intermediate'], policies: explicit(1), expected: 'passed' },
  {
    title: 'any policy in the leaf, for a policy its issuer lacks',
    chain: ['leaf_any', 'intermediate'],
    policies: explicit(3),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'any policy in the leaf, but it is inhibited',
    chain: ['leaf_any', 'intermediate'],
    policies: { ...explicit(1), inhibitAny: true },
    expected: 'ERR_PATH_POLICY',
  },
  { title: 'any policy in the issuer', chain: ['leaf', 'intermediate_any'], policies: explicit(2), expected: 'passed' },
  { title: 'any policy in both', chain: ['leaf_any', 'intermediate_any'], policies: explicit(5), expected: 'passed' },
  {
    title: 'any policy in the issuer, but it is inhibited',
    chain: ['leaf', 'intermediate_any'],
    policies: { ...explicit(2), inhibitAny: true },
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'a mapped policy in the words of the anchor',
    chain: ['leaf_oid1', 'intermediate_mapped'],
    policies: explicit(3),
    expected: 'passed',
  },
  {
    title: 'a mapped policy in its own words, which the issuer has too',
    chain: ['leaf_oid1', 'intermediate_mapped'],
    policies: explicit(1),
    expected: 'passed',
  },
  {
    title: 'a policy that no mapping leads to',
    chain: ['leaf_oid1', 'intermediate_mapped'],
    policies: explicit(4),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'policies mapped to each other',
    chain: ['leaf_oid4', 'intermediate_mapped'],
    policies: explicit(5),
    expected: 'passed',
  },
  {
    title: 'a policy that was mapped away',
    chain: ['leaf_oid3', 'intermediate_mapped'],
    policies: { explicit: true },
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'mapping from any policy',
    chain: ['leaf_oid1', 'intermediate_mapped_any'],
    policies: explicit(3),
    expected: 'passed',
  },
  {
    title: 'a policy beside the mappings from any',
    chain: ['leaf_oid2', 'intermediate_mapped_any'],
    policies: explicit(2),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'mapping of the only policy',
    chain: ['leaf_oid1', 'intermediate_mapped_oid3'],
    policies: explicit(3),
    expected: 'passed',
  },
  {
    title: 'the subject domain of the only policy',
    chain: ['leaf_oid1', 'intermediate_mapped_oid3'],
    policies: explicit(1),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'mapping that the caller inhibits',
    chain: ['leaf_oid1', 'intermediate_mapped_oid3'],
    policies: { ...explicit(3), inhibitMapping: true },
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'mapping that a cross-certificate inhibits',
    chain: crossed('leaf_oid1'),
    root: 'root2',
    policies: explicit(3),
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'an unmapped policy under such a cross-certificate',
    chain: crossed('leaf_oid1'),
    root: 'root2',
    policies: explicit(1),
    expected: 'passed',
  },
  {
    title: 'a self-mapped policy under such a cross-certificate',
    chain: crossed('leaf_oid4'),
    root: 'root2',
    policies: { explicit: true },
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'an issuer that requires a policy, and a leaf with one',
    chain: ['leaf', 'intermediate_require'],
    policies: {},
    expected: 'passed',
  },
  {
    title: 'an issuer that requires a policy, and a leaf without',
    chain: ['leaf_none', 'intermediate_require'],
    policies: {},
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'an issuer that requires one after one certificate',
    chain: ['leaf_none', 'intermediate_require1'],
    policies: {},
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'an issuer that requires one after two certificates',
    chain: ['leaf_none', 'intermediate_require2'],
    policies: {},
    expected: 'passed',
  },
  {
    title: 'an issuer that requires one and has none',
    chain: ['leaf', 'intermediate_require_no_policies'],
    policies: {},
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'a leaf that requires a policy and has it',
    chain: ['leaf_require', 'intermediate'],
    policies: {},
    expected: 'passed',
  },
  {
    title: 'a leaf that requires a policy, which is not acceptable',
    chain: ['leaf_require', 'intermediate'],
    policies: { acceptable: [oid(3)] },
    expected: 'ERR_PATH_POLICY',
  },
  {
    title: 'a leaf that would require one of its successors',
    chain: ['leaf_require1', 'intermediate'],
    policies: { acceptable: [oid(3)] },
    expected: 'passed',
  },
  {
    title: 'a policy that stands twice in the leaf',
    chain: ['leaf_duplicate'],
    policies: {},
    expected: 'ERR_X509_MALFORMED',
  },
  {
    title: 'a policy that stands twice in the issuer',
    chain: ['leaf', 'intermediate_duplicate'],
    policies: {},
    expected: 'ERR_X509_MALFORMED',
  },
  {
    title: 'policies that do not decode, in the leaf',
    chain: ['leaf_invalid'],
    policies: {},
    expected: 'ERR_DER_TRUNCATED',
  },
  {
    title: 'policies that do not decode, in the issuer',
    chain: ['leaf', 'intermediate_invalid'],
    policies: {},
    expected: 'ERR_DER_TRUNCATED',
  },
];

requireReal('published policy certificates', publishedVector('x509-policy'))('certificate policies', (folder) => {
  const load = (name: string): Certificate => loadCertificate(path.join(folder, `policy_${name}.pem`));

  function judge({ chain: [leaf, ...intermediates], root = 'root', policies }: PolicyCase): PathReport {
    return validatePath(
      {
        leaf: load(leaf),
        intermediates: intermediates.map(load),
        trustAnchors: [anchor(load(root))],
        at: new Date('2026-06-01T00:00:00Z'),
        profile: 'rfc5280',
        policies,
      },
      ops,
    );
  }

  it.each(cases.map((each) => [each.title, each.expected, each] as const))('%s: %s', (_title, expected, policyCase) => {
    const { verdict } = judge(policyCase);
    expect(verdict.indication === 'passed' ? 'passed' : verdict.reason.code).toBe(expected);
  });

  it('are reported in the words of the anchor', () => {
    const chain = ['leaf_oid1', 'intermediate_mapped'] as const;
    expect(judge({ title: '', chain, policies: {}, expected: 'passed' }).policies).toEqual([oid(1), oid(3)]);
    const any = ['leaf_any', 'intermediate_any'] as const;
    expect(judge({ title: '', chain: any, policies: {}, expected: 'passed' }).policies).toBe('any');
  });
});
