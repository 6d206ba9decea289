import { describe, expect, it } from 'vitest';
import { unifiedSocialCreditCode } from './unified-code.ts';

describe('a unified social credit code', () => {
  it.each([
    ['91440300', '71526726', '9144030071526726XG'],
    ['91110000', '80210043', '91110000802100433B'],
    ['91440300', '19220382', '914403001922038216'],
    ['91330100', '79965505', '91330100799655058B'],
  ])('of %s and %s is the published %s of a listed company', (registration, organization, code) => {
    expect(unifiedSocialCreditCode(registration, organization)).toBe(code);
  });

  it('refuses letters that the standard leaves out, and wrong lengths', () => {
    expect(() => unifiedSocialCreditCode('91520100', 'MA6DEMOI')).toThrow(RangeError);
    expect(() => unifiedSocialCreditCode('9152010', 'MA6DEM01')).toThrow(RangeError);
  });
});
