import type { Section } from './pkits-basic.ts';
import { type CrlSpec, type DistributionPointSpec, distributionPointLine } from './pkits-crl.ts';
import { anchorName } from './pkits-workshop.ts';

const uri = 'http://crl.onelock.test/one.crl';
const other = 'http://crl.onelock.test/other.crl';

/** 4.14 */
export const distributionPoints: Section = (shop) => {
  shop.section('4.14 Distribution Points');
  /** One CA, one leaf with distribution points, and CRLs that each say something of the leaf and have a scope. */
  const one = (
    id: string,
    name: string,
    valid: boolean,
    points: readonly DistributionPointSpec[],
    ...lists: readonly (Partial<CrlSpec> & { readonly names?: boolean; readonly reason?: number })[]
  ): void => {
    const ca = shop.ca(`${name}-ca`, anchorName);
    shop.ee(`${name}-ee`, ca, { extensions: points.length === 0 ? [] : [distributionPointLine(...points)] });
    const crls = lists.map(({ names = false, reason, ...spec }, index) => {
      const entry = shop.entry(`${name}-ee`, reason === undefined ? {} : { reason });
      return shop.crl(`${name}-${index}`, ca, { ...spec, revoked: names ? [entry] : [] });
    });
    shop.test(id, name, [ca, `${name}-ee`], valid ? 'VALID' : 'INVALID', { crls: [anchorName, ...crls] });
  };
  one('4.14.1', 'point-matches', true, [{ name: { uri } }], { scope: { name: { uri } } });
  one('4.14.2', 'point-revoked', false, [{ name: { uri } }], { scope: { name: { uri } }, names: true });
  one('4.14.3', 'point-differs', false, [{ name: { uri } }], { scope: { name: { uri: other } } });
  one('4.14.4', 'point-only-in-certificate', true, [{ name: { uri } }], {});
  one('4.14.6', 'point-only-in-list', false, [], { scope: { name: { uri } } });
  one('4.14.11', 'only-user-for-user', true, [], { scope: { only: 'user' } });
  one('4.14.12', 'only-ca-for-user', false, [], { scope: { only: 'ca' } });
  one('4.14.14', 'only-attribute', false, [], { scope: { only: 'attribute' } });
  const someReasons = [1, 2] as const;
  const otherReasons = [3, 4, 5, 6, 7, 8] as const;
  one('4.14.15', 'some-reasons-only', false, [], { scope: { reasons: someReasons } });
  one(
    '4.14.18',
    'all-reasons-together',
    true,
    [],
    { scope: { reasons: someReasons } },
    { scope: { reasons: otherReasons } },
  );
  one(
    '4.14.20',
    'some-reasons-revoked',
    false,
    [],
    { scope: { reasons: someReasons }, names: true, reason: 1 },
    { scope: { reasons: otherReasons } },
  );

  const indirect = (
    id: string,
    name: string,
    valid: boolean,
    what: { readonly pointed: boolean; readonly flagged: boolean; readonly revoked: 'nobody' | 'leaf' | 'namesake' },
  ): void => {
    const ca = shop.ca(`${name}-ca`, anchorName);
    const issuer = shop.ca(`${name}-issuer`, anchorName, { keyUsage: 'critical, cRLSign', basicConstraints: null });
    const crlIssuer = shop.subjectOf(issuer);
    const points = what.pointed ? [distributionPointLine({ name: { uri }, crlIssuer })] : [];
    shop.ee(`${name}-ee`, ca, { extensions: points });
    const scope = { name: { uri }, ...(what.flagged ? { indirect: true } : {}) };
    const entry = shop.entry(`${name}-ee`, what.revoked === 'leaf' ? { issuer: shop.subjectOf(ca) } : {});
    shop.crl(name, issuer, { scope, revoked: what.revoked === 'nobody' ? [] : [entry] });
    const options = { others: [issuer], crls: [anchorName, name] };
    shop.test(id, name, [ca, `${name}-ee`], valid ? 'VALID' : 'INVALID', options);
  };
  indirect('4.14.22', 'indirect', true, { pointed: true, flagged: true, revoked: 'nobody' });
  indirect('4.14.23', 'indirect-revoked', false, { pointed: true, flagged: true, revoked: 'leaf' });
  indirect('4.14.24', 'indirect-same-number-of-another', true, { pointed: true, flagged: true, revoked: 'namesake' });
  indirect('4.14.26', 'indirect-not-pointed-to', false, { pointed: false, flagged: true, revoked: 'nobody' });
  indirect('4.14.27', 'indirect-not-flagged', false, { pointed: true, flagged: false, revoked: 'nobody' });
};

/** 4.15 */
export const deltas: Section = (shop) => {
  shop.section('4.15 Delta-CRLs');
  const one = (
    id: string,
    name: string,
    valid: boolean,
    base: Partial<CrlSpec> & { readonly names?: boolean },
    delta: (Partial<CrlSpec> & { readonly names?: boolean; readonly reason?: number }) | undefined,
  ): void => {
    const ca = shop.ca(`${name}-ca`, anchorName);
    shop.ee(`${name}-ee`, ca, {
      extensions: [`2.5.29.46 = DER:${distributionPointLine({ name: { uri } }).split('DER:')[1]}`],
    });
    const { names: inBase = false, ...baseSpec } = base;
    const held = { reason: 6 };
    shop.crl(`${name}-base`, ca, { number: 5, ...baseSpec, revoked: inBase ? [shop.entry(`${name}-ee`, held)] : [] });
    const crls = [anchorName, `${name}-base`];
    if (delta !== undefined) {
      const { names = false, reason = 1, ...spec } = delta;
      const revoked = names ? [shop.entry(`${name}-ee`, { reason })] : [];
      crls.push(shop.crl(`${name}-delta`, ca, { number: 7, base: 5, ...spec, revoked }));
    }
    shop.test(id, name, [ca, `${name}-ee`], valid ? 'VALID' : 'INVALID', { crls });
  };
  one('4.15.2', 'delta-nothing-new', true, {}, {});
  one('4.15.3', 'delta-revoked-in-base', false, { names: true }, {});
  one('4.15.4', 'delta-revoked-in-delta', false, {}, { names: true });
  one('4.15.5', 'delta-removed-from-hold', true, { names: true }, { names: true, reason: 8 });
  one('4.15.6', 'delta-for-a-later-base', true, {}, { base: 6 });
  one('4.15.8', 'base-alone', true, {}, undefined);
  one(
    '4.15.9',
    'delta-alone-current',
    false,
    { thisUpdate: '20250101000000Z', nextUpdate: '20250201000000Z', number: 4 },
    {},
  );
};
