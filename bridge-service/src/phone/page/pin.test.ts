import { describe, expect, it } from 'vitest';
import { pinFault, stretchPin, unwrapKey, wrapKey } from './pin.ts';

const salt = new Uint8Array(16).fill(7);
const share = Buffer.alloc(32, 3).toString('base64');
const key = new Uint8Array(150).fill(9);

describe('the PIN of a phone', () => {
  it('gives the service a proof that tells nothing of what wraps the key', async () => {
    const one = await stretchPin('274193', salt);
    expect(one).toEqual(await stretchPin('274193', salt));
    expect(one.proof).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(one.half).toString('hex')).not.toBe(one.proof);
    expect((await stretchPin('274194', salt)).proof).not.toBe(one.proof);
    expect((await stretchPin('274193', new Uint8Array(16))).proof).not.toBe(one.proof);
  });

  it('opens the key with the share and in its place alone', async () => {
    const right = await stretchPin('274193', salt);
    const wrong = await stretchPin('274190', salt);
    const wrapped = await wrapKey(key, right, share, 'pho_1');
    expect(await unwrapKey(wrapped, right, share, 'pho_1')).toEqual(key);
    const other = Buffer.alloc(32, 4).toString('base64');
    await expect(unwrapKey(wrapped, wrong, share, 'pho_1')).rejects.toThrow(DOMException);
    await expect(unwrapKey(wrapped, right, other, 'pho_1')).rejects.toThrow(DOMException);
    await expect(unwrapKey(wrapped, right, share, 'pho_2')).rejects.toThrow(DOMException);
  });

  it.each([
    ['12345', 'short'],
    ['1234a6', 'short'],
    ['', 'short'],
    ['1'.repeat(17), 'short'],
    ['123456', 'weak'],
    ['987654', 'weak'],
    ['000000', 'weak'],
    ['121212', 'weak'],
    ['123123', 'weak'],
    ['274193', null],
    ['135790', null],
  ])('%j is %s', (pin, fault) => {
    expect(pinFault(pin)).toBe(fault);
  });
});
