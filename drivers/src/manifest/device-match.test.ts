import { describe, expect, it } from 'vitest';
import { matchesDevice } from './device-match.ts';

const devices = {
  usb: [{ vendorId: '0a1b', productId: '0001' }, { vendorId: 'beef' }],
  atrs: [{ atr: '3b8f0102', mask: 'ffff00ff' }, { atr: '3b00' }],
  names: ['Vendor Key*', '*Token ? *00', 'exact'],
};

describe('a device of a manifest', () => {
  it.each([
    [{ usb: { vendorId: '0a1b', productId: '0001' } }, true],
    [{ usb: { vendorId: '0a1b', productId: '0002' } }, false],
    [{ usb: { vendorId: 'beef', productId: '1234' } }, true],
    [{ atr: '3b8f0102' }, true],
    [{ atr: '3b8fee02' }, true],
    [{ atr: '3b8f0103' }, false],
    [{ atr: '3b8f010200' }, false],
    [{ atr: '3b00' }, true],
    [{ name: 'Vendor Key 0' }, true],
    [{ name: 'A Vendor Key' }, false],
    [{ name: 'My Token ? x00' }, true],
    [{ name: 'My Token x x00' }, false],
    [{ name: 'exact' }, true],
    [{ name: 'exactly' }, false],
    [{}, false],
  ])('is known by any one of its marks: %j is %s', (facts, expected) => {
    expect(matchesDevice({ devices }, facts)).toBe(expected);
  });

  it('is looked for in a time that no name and no pattern makes long', () => {
    const hard = { devices: { names: [`${'*a'.repeat(31)}*b`] } };
    expect(matchesDevice(hard, { name: 'a'.repeat(100_000) })).toBe(false);
  });
});
