import { expect, it } from 'vitest';
import type { DeviceId, TokenDevice } from '../port/index.ts';
import { DeviceStays } from './device-stays.ts';

const device = (insertion: number, serialNumber = 'S1'): TokenDevice => ({
  id: 'a' as DeviceId,
  kind: 'file',
  vendor: '',
  model: '',
  serialNumber,
  label: '',
  firmwareVersion: null,
  algorithms: [],
  freeSpace: null,
  capabilities: [],
  insertion,
});

it('counts a removal, even one between two looks, and never goes back', () => {
  const stays = new DeviceStays();
  const look = (generation: number, ...devices: TokenDevice[]) =>
    stays.number(generation, devices).map(({ insertion }) => insertion);
  expect(look(1, device(1))).toEqual([1]);
  expect(look(1, device(1))).toEqual([1]);
  expect(look(1, device(2))).toEqual([2]);
  expect(look(1)).toEqual([]);
  expect(look(1, device(3))).toEqual([3]);
  // A new host counts from one again; the token stayed.
  expect(look(2, device(1))).toEqual([3]);
  expect(look(2, device(2))).toEqual([4]);
  // Another key in the same place is another stay, crash or not.
  expect(look(3, device(1, 'S2'))).toEqual([5]);
  // Away before the crash, back after it.
  expect(look(3)).toEqual([]);
  expect(look(4, device(1, 'S2'))).toEqual([6]);
});
