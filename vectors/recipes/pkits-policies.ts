import type { Section } from './pkits-basic.ts';
import { anchorName, type PkitsWorkshop, type TestOptions } from './pkits-workshop.ts';

const arc = '2.16.840.1.101.3.2.1.48';
const [p1, p2, p3] = [`${arc}.1`, `${arc}.2`, `${arc}.3`];
const any = '2.5.29.32.0';
const policies = (...wanted: readonly string[]): string => `certificatePolicies = ${wanted.join(', ')}`;
const require = (skip: number): string => `policyConstraints = critical, requireExplicitPolicy:${skip}`;
const inhibitMapping = (skip: number): string =>
  `policyConstraints = critical, inhibitPolicyMapping:${skip}, requireExplicitPolicy:0`;
const inhibitAny = (skip: number): string => `inhibitAnyPolicy = critical, ${skip}`;
const maps = (...pairs: readonly (readonly [string, string])[]): string =>
  `policyMappings = critical, ${pairs.map(([from, to]) => `${from}:${to}`).join(', ')}`;

/** CAs below each other, then a leaf, each with its extensions. */
function chain(shop: PkitsWorkshop, name: string, ...levels: readonly (readonly string[])[]): readonly string[] {
  const names: string[] = [];
  for (const [index, extensions] of levels.entries()) {
    const isLeaf = index === levels.length - 1;
    const each = isLeaf ? `${name}-ee` : `${name}-ca${index + 1}`;
    if (isLeaf) shop.ee(each, names.at(-1) ?? anchorName, { extensions });
    else shop.ca(each, names.at(-1) ?? anchorName, { extensions });
    names.push(each);
  }
  return names;
}

type Ask = readonly [valid: boolean, options: TestOptions];

function asked(shop: PkitsWorkshop, id: string, name: string, path: readonly string[], asks: readonly Ask[]): void {
  for (const [valid, options] of asks) shop.test(id, name, path, valid ? 'VALID' : 'INVALID', options);
}

/** 4.8 */
export const certificatePolicies: Section = (shop) => {
  shop.section('4.8 Certificate Policies');
  const same = chain(shop, 'same-policy', [policies(p1)], [policies(p1)]);
  asked(shop, '4.8.1', 'All Certificates Same Policy', same, [
    [true, { explicit: true }],
    [true, { explicit: true, policies: [p1] }],
    [false, { explicit: true, policies: [p2] }],
    [true, { explicit: true, policies: [p1, p2] }],
  ]);
  const none = chain(shop, 'no-policies', [], []);
  asked(shop, '4.8.2', 'All Certificates No Policies', none, [
    [true, {}],
    [false, { explicit: true }],
  ]);
  const different = chain(shop, 'different-policies', [policies(p1)], [policies(p1)], [policies(p2)]);
  asked(shop, '4.8.3', 'Different Policies', different, [
    [true, {}],
    [false, { explicit: true }],
    [false, { explicit: true, policies: [p1, p2] }],
  ]);
  const overlapping = chain(shop, 'overlapping-policies', [policies(p1, p2, p3)], [policies(p1, p2)], [policies(p1)]);
  asked(shop, '4.8.6', 'Overlapping Policies', overlapping, [
    [true, { explicit: true }],
    [true, { explicit: true, policies: [p1] }],
    [false, { explicit: true, policies: [p2] }],
  ]);
  const anyAll = chain(shop, 'any-policy', [policies(any)], [policies(any)]);
  asked(shop, '4.8.11', 'All Certificates anyPolicy', anyAll, [
    [true, { explicit: true }],
    [true, { explicit: true, policies: [p1] }],
  ]);
  const anyThenOne = chain(shop, 'any-then-one', [policies(any)], [policies(p1)]);
  asked(shop, '4.8.14', 'AnyPolicy in the CA', anyThenOne, [
    [true, { explicit: true, policies: [p1] }],
    [false, { explicit: true, policies: [p2] }],
  ]);
  const oneThenAny = chain(shop, 'one-then-any', [policies(p1)], [policies(any)]);
  asked(shop, '4.8.13', 'AnyPolicy in the leaf', oneThenAny, [
    [true, { explicit: true, policies: [p1] }],
    [false, { explicit: true, policies: [p2] }],
  ]);
};

/** 4.9 */
export const explicitPolicy: Section = (shop) => {
  shop.section('4.9 Require Explicit Policy');
  const later = chain(shop, 'require-10', [require(10)], [], []);
  asked(shop, '4.9.1', 'Valid requireExplicitPolicy', later, [[true, {}]]);
  const reached = chain(shop, 'require-1', [policies(p1), require(1)], [policies(p1)], []);
  asked(shop, '4.9.3', 'Invalid requireExplicitPolicy', reached, [[false, {}]]);
  const satisfied = chain(shop, 'require-0', [policies(p1), require(0)], [policies(p1)], [policies(p1)]);
  asked(shop, '4.9.4', 'Valid requireExplicitPolicy 0', satisfied, [[true, {}]]);
  const missing = chain(shop, 'require-0-missing', [policies(p1), require(0)], [policies(p1)], []);
  asked(shop, '4.9.5', 'Invalid requireExplicitPolicy 0', missing, [[false, {}]]);
};

/** 4.10 */
export const policyMappings: Section = (shop) => {
  shop.section('4.10 Policy Mappings');
  const mapped = chain(shop, 'mapping', [policies(p1), maps([p1, p2])], [policies(p2)]);
  asked(shop, '4.10.1', 'Valid Policy Mapping', mapped, [
    [true, { explicit: true, policies: [p1] }],
    [false, { explicit: true, policies: [p2] }],
    [false, { explicit: true, policies: [p1], inhibitMapping: true }],
  ]);
  const unmapped = chain(shop, 'mapping-not-used', [policies(p1), maps([p1, p2])], [policies(p1)]);
  asked(shop, '4.10.2', 'Invalid Policy Mapping', unmapped, [[false, { explicit: true }]]);
  const twice = chain(
    shop,
    'mapping-twice',
    [policies(p1, p2), maps([p1, p2], [p2, p3])],
    [policies(p2, p3), maps([p2, p3])],
    [policies(p3)],
  );
  asked(shop, '4.10.3', 'Policy Mapping, two CAs', twice, [[true, { explicit: true, policies: [p1] }]]);
  const fromAny = chain(shop, 'mapping-from-any', [policies(p1), maps([any, p1])], [policies(p1)]);
  asked(shop, '4.10.7', 'Invalid Mapping From anyPolicy', fromAny, [[false, { explicit: true }]]);
  const toAny = chain(shop, 'mapping-to-any', [policies(p1), maps([p1, any])], [policies(p1)]);
  asked(shop, '4.10.8', 'Invalid Mapping To anyPolicy', toAny, [[false, { explicit: true }]]);
  const anyMapped = chain(shop, 'mapping-by-any', [policies(any), maps([p1, p2])], [policies(p2)]);
  asked(shop, '4.10.9', 'Valid Mapping under anyPolicy', anyMapped, [[true, { explicit: true, policies: [p1] }]]);
};

/** 4.11 */
export const inhibitPolicyMapping: Section = (shop) => {
  shop.section('4.11 Inhibit Policy Mapping');
  const inhibited = chain(
    shop,
    'inhibit-mapping-0',
    [policies(p1), inhibitMapping(0)],
    [policies(p1), maps([p1, p2])],
    [policies(p2)],
  );
  asked(shop, '4.11.1', 'Invalid inhibitPolicyMapping', inhibited, [[false, {}]]);
  const once = chain(
    shop,
    'inhibit-mapping-1',
    [policies(p1), inhibitMapping(1)],
    [policies(p1), maps([p1, p2])],
    [policies(p2)],
  );
  asked(shop, '4.11.2', 'Valid inhibitPolicyMapping', once, [[true, {}]]);
  const exhausted = chain(
    shop,
    'inhibit-mapping-1-twice',
    [policies(p1), inhibitMapping(1)],
    [policies(p1), maps([p1, p2])],
    [policies(p2), maps([p2, p3])],
    [policies(p3)],
  );
  asked(shop, '4.11.3', 'Invalid inhibitPolicyMapping, used up', exhausted, [[false, {}]]);
};

/** 4.12 */
export const inhibitAnyPolicy: Section = (shop) => {
  shop.section('4.12 Inhibit Any Policy');
  const zero = chain(shop, 'inhibit-any-0', [policies(p1), inhibitAny(0), require(0)], [policies(any)]);
  asked(shop, '4.12.1', 'Invalid inhibitAnyPolicy', zero, [[false, {}]]);
  const both = chain(shop, 'inhibit-any-0-other', [policies(p1), inhibitAny(0), require(0)], [policies(any, p1)]);
  asked(shop, '4.12.2', 'Valid inhibitAnyPolicy', both, [[true, {}]]);
  const one = chain(shop, 'inhibit-any-1', [policies(p1), inhibitAny(1), require(0)], [policies(any)], [policies(p1)]);
  asked(shop, '4.12.3', 'inhibitAnyPolicy 1', one, [
    [true, {}],
    [false, { inhibitAny: true }],
  ]);
  const later = chain(
    shop,
    'inhibit-any-1-later',
    [policies(p1), inhibitAny(1), require(0)],
    [policies(any)],
    [policies(any)],
  );
  asked(shop, '4.12.4', 'Invalid inhibitAnyPolicy, one too far', later, [[false, {}]]);
};
