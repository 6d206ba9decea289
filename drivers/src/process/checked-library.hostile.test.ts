import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedLibrary } from './checked-library.ts';

const contents = 'the library';
const digest = (name: string, text: string): string => createHash(name).update(text).digest('hex');
const digests = [{ sha256: 'ab'.repeat(32) }, { sha256: digest('sha256', contents), sm3: digest('sm3', contents) }];

describe('a library that is checked before it is loaded', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-library-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text = contents): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  };
  const check = (library: string, more = {}): string => checkedLibrary({ id: 'key', library, digests, ...more });

  it('is the file that was hashed, whatever is put in its place meanwhile', () => {
    const library = write('swapped.so');
    const loaded = check(library);
    renameSync(write('evil.so', 'something else'), library);
    expect(readFileSync(loaded, 'utf8')).toBe(process.platform === 'linux' ? contents : 'something else');
  });

  it('is the file that was hashed, wherever a link leads later', () => {
    const link = path.join(folder, 'link.so');
    symlinkSync(write('first.so'), link);
    const loaded = check(link);
    rmSync(link);
    symlinkSync(write('second.so', 'something else'), link);
    if (process.platform === 'linux') expect(readFileSync(loaded, 'utf8')).toBe(contents);
    expect(() => check(link)).toFailWith('ERR_DRIVER_LIBRARY_ALTERED');
  });

  it('is refused when it is none of the publisher’s', () => {
    for (const text of ['the librarx', '', `${contents}\n`])
      expect(() => check(write('altered.so', text))).toFailWith('ERR_DRIVER_LIBRARY_ALTERED');
    const half = [{ sha256: digest('sha256', contents), sm3: 'ab'.repeat(32) }];
    expect(() => check(write('half.so'), { digests: half })).toFailWith('ERR_DRIVER_LIBRARY_ALTERED');
  });

  it('is refused when others may write to it or exchange it', () => {
    const library = write('open.so');
    chmodSync(library, 0o757);
    expect(() => check(library)).toFailWith('ERR_DRIVER_LIBRARY_UNSAFE');
    const open = path.join(folder, 'open');
    mkdirSync(open);
    const inside = write('open/inside.so');
    chmodSync(open, 0o777);
    expect(() => check(inside)).toFailWith('ERR_DRIVER_LIBRARY_UNSAFE');
    const link = path.join(folder, 'to-open.so');
    symlinkSync(inside, link);
    expect(() => check(link)).toFailWith('ERR_DRIVER_LIBRARY_UNSAFE');
  });

  it('is refused when it is no file', () => {
    for (const library of [folder, '/dev/zero', path.join(folder, 'absent.so')])
      expect(() => check(library)).toFailWith('ERR_DRIVER_NOT_INSTALLED');
  });

  it('is loaded by its path where it must be, and as it stands where its owner configured it without digests', () => {
    const library = write('by-path.so');
    expect(check(library, { loadByPath: true })).toBe(library);
    expect(check('/nowhere/x.so', { digests: undefined })).toBe('/nowhere/x.so');
  });
});
