import type { Bidder } from './bidder.ts';

/** The handle of the one device, and the calls that it says it supports. */
export async function deviceOf({ page, key }: Bidder): Promise<{ handle: string; calls: readonly string[] }> {
  await key('SM2');
  const [device] = (await page.call('listDevices', {})).devices;
  if (device === undefined) throw new Error('no device');
  const { calls } = await page.call('getDeviceInfo', { device: device.device });
  return { handle: device.device, calls };
}
