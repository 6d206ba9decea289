import { CodedError } from '@onelock/core/errors';
import { expect, it } from 'vitest';
import { loggable } from './log.ts';

it('writes bytes as their number, wherever they stand', () => {
  const pin = new TextEncoder().encode('123456');
  expect(loggable({ pin, deep: [{ key: Buffer.from('secret') }] }, 0)).toEqual({
    pin: '[6 bytes]',
    deep: [{ key: '[6 bytes]' }],
  });
});

it('writes an error as code, data and cause, and cuts what is long', () => {
  const cause = new CodedError('ERR_TOKEN_REMOVED');
  const error = new CodedError(
    'ERR_DRIVER_CRASHED',
    { driver: 'soft' },
    { cause, native: { api: 'SKF', name: 'SAR_FAIL', value: 1 } },
  );
  expect(loggable({ error, text: 'x'.repeat(1000) }, 0)).toEqual({
    error: {
      code: 'ERR_DRIVER_CRASHED',
      params: { driver: 'soft' },
      native: { api: 'SKF', name: 'SAR_FAIL', value: 1 },
      cause: { code: 'ERR_TOKEN_REMOVED', params: {} },
    },
    text: 'x'.repeat(300),
  });
});

it('stops at a depth, so that a ring of objects is no ring of log', () => {
  const ring: { self?: unknown } = {};
  ring.self = ring;
  expect(JSON.stringify(loggable(ring, 0))).toContain('[deeper]');
});
