import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { checkFrame, type FramedOrder, frameAt, readFrame } from './frame.ts';

const ops = createNodeCrypto();
const order: FramedOrder = {
  ...{ id: 'ord_1', kind: 'login', platformId: 'clr_1', clientId: 'oic_1', clientName: '平台' },
  ...{ site: 'https://bid.example.cn', origin: 'https://lock.example.cn' },
};
const secrets = { token: 'A'.repeat(22), code: '23456789', key: 'k' };
const at = new Date('2026-06-01T00:00:00.900Z');
const check = (frame: string, now = at, of = order, by = secrets) => checkFrame(ops, of, by, readFrame(frame), now);

describe('a frame of a QR code', () => {
  it('is short enough for a code of version 6 behind an ordinary address', () => {
    const address = `https://lock.ggzy.guizhou.example.cn/phone#${frameAt(ops, order, secrets, at)}`;
    expect(address.length).toBeLessThanOrEqual(106);
  });

  it('counts in its second and three to each side', () => {
    const frame = frameAt(ops, order, secrets, at);
    for (const ms of [-3_000, -900, 0, 2_100]) expect(() => check(frame, new Date(at.getTime() + ms))).not.toThrow();
    for (const ms of [-4_000, 2_200, 3_600_000])
      expect(() => check(frame, new Date(at.getTime() + ms))).toFailWith('ERR_PHONE_CODE_STALE');
  });

  it.each(['id', 'platformId', 'clientId', 'clientName', 'site', 'origin'] as const)(
    'speaks for the %s of its order',
    (field) => {
      const frame = frameAt(ops, order, secrets, at);
      expect(() => check(frame, at, { ...order, [field]: 'other' })).toFailWith('ERR_PHONE_CODE_INVALID');
    },
  );

  it('is made with the order’s own key', () => {
    const frame = frameAt(ops, order, { ...secrets, key: 'other' }, at);
    expect(() => check(frame)).toFailWith('ERR_PHONE_CODE_INVALID');
  });

  it.each(['', '1', '1..a.b', `1.${'A'.repeat(22)}.1.${'_'.repeat(22)}`, 'https://evil.example.cn/', '1.\u0000'])(
    'is nothing else: %j',
    (text) => {
      expect(() => readFrame(text)).toFailWith('ERR_PHONE_CODE_INVALID');
    },
  );
});
