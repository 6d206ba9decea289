import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBounded } from './read-bounded.ts';

const work = mkdtempSync(path.join(tmpdir(), 'onelock-read-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const file = path.join(work, 'file');

describe('a file of the command line', () => {
  it('is read whole up to the limit and not beyond', () => {
    writeFileSync(file, Uint8Array.of(1, 2, 3));
    expect(readBounded(file, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(() => readBounded(file, 2)).toFailWith('ERR_BYTES_TOO_LARGE');
    writeFileSync(file, new Uint8Array(0));
    expect(readBounded(file, 3)).toEqual(new Uint8Array(0));
  });

  it('is refused by its size before a byte of it is read', () => {
    writeFileSync(file, new Uint8Array(0));
    truncateSync(file, 2 ** 40);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readBounded(file, 1024)).toFailWith('ERR_BYTES_TOO_LARGE');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it.skipIf(process.platform === 'win32')('may be a device that tells no size: no more than the limit is read', () => {
    expect(() => readBounded('/dev/zero', 5_000_000)).toFailWith('ERR_BYTES_TOO_LARGE');
  });
});
