import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

/*
 * npm run test:long -- hid-guest: a HID key that a kernel believes in, and our driver on it, in a guest under qemu. It needs what no package
 * of ours brings: qemu-system-x86_64, busybox (static), cpio, and ONELOCK_GUEST_KERNEL, the folder of an unpacked linux-image-*.deb.
 * ACCEL=kvm where that works; emulated it takes some nine minutes. See docs/guide/driver-systems.md.
 */

const kernel = process.env.ONELOCK_GUEST_KERNEL ?? '';
const programs = ['/usr/bin/qemu-system-x86_64', '/usr/bin/busybox', '/usr/bin/cpio'];
const missing = [
  ...programs.filter((file) => !existsSync(file)),
  ...(existsSync(path.join(kernel, 'boot')) && kernel !== '' ? [] : ['ONELOCK_GUEST_KERNEL']),
];
const script = fileURLToPath(new URL('./guest/run-hid-guest.sh', import.meta.url));
const framings = 2;
const checks = [
  'no key',
  'plugged in',
  'wrong PIN',
  '50 SM2',
  '8 kB',
  'pulled',
  'another stay',
  'old session',
  'signs again',
];

describe.skipIf(missing.length > 0)(`HID in a guest (skipped without ${missing.join(', ')})`, () => {
  let lines: readonly { readonly check: string; readonly ok: boolean }[] = [];
  beforeAll(async () => {
    lines = await runGuest();
  }, 1_800_000);

  it('has every check of both framings', () => {
    expect(lines).toHaveLength(framings * checks.length);
  });

  it.each(checks)('passes in both: %s', (check) => {
    const found = lines.filter((line) => line.check.includes(check));
    expect(
      found.map(({ ok }) => ok),
      JSON.stringify(found),
    ).toEqual(Array(framings).fill(true));
  });

  it('had a kernel to speak of', () => {
    expect(readdirSync(path.join(kernel, 'boot')).some((name) => name.startsWith('vmlinuz-'))).toBe(true);
  });
});

function runGuest(): Promise<readonly { readonly check: string; readonly ok: boolean }[]> {
  const { promise, resolve } = Promise.withResolvers<readonly { readonly check: string; readonly ok: boolean }[]>();
  const child = spawn('sh', [script, kernel], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  child.once('exit', () => resolve([...text.matchAll(/^\{"check".*\}/gm)].map(([line]) => JSON.parse(line))));
  return promise;
}
