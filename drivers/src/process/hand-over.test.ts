import { spawnSync } from 'node:child_process';
import { chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { handOver } from './hand-over.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true });
});

function newHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-hand-over-'));
  homes.push(home);
  return home;
}

const user = { uid: 60950, gid: 60950 };
const root = process.platform === 'linux' && process.getuid?.() === 0;

describe('handing a folder over', () => {
  it('makes the folder, for its owner alone', () => {
    const folder = path.join(newHome(), 'a', 'b');
    handOver(folder, null);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses a top-level folder and what is no folder', () => {
    expect(() => handOver('/', null)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    expect(() => handOver('/usr', null)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    const file = path.join(newHome(), 'file');
    writeFileSync(file, '');
    expect(() => handOver(file, null)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    expect(() => handOver(path.join(file, 'below'), null)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
  });

  it.skipIf(process.platform !== 'linux')(
    'refuses what the system lets nobody make, instead of trying for ever (skipped where there is no /proc)',
    () => {
      const program = `import { handOver } from ${JSON.stringify(new URL('./hand-over.ts', import.meta.url).href)};
      try { handOver('/proc/onelock/state', null); } catch (error) { process.stdout.write(error.code); }`;
      const node = ['--conditions=onelock-source', '--input-type=module', '--eval', program];
      const { stdout } = spawnSync(process.execPath, node, {
        encoding: 'utf8',
        timeout: 20_000,
        killSignal: 'SIGKILL',
      });
      expect(stdout).toBe('ERR_DRIVER_CONFIG_INVALID');
    },
  );
});

describe.skipIf(!root)('handing a folder over to another user (skipped unless root)', () => {
  it('gives folder and contents, at every depth', () => {
    const folder = path.join(newHome(), 'state');
    mkdirSync(path.join(folder, 'tokens'), { recursive: true });
    writeFileSync(path.join(folder, 'tokens', 'object'), '');
    handOver(folder, user);
    for (const name of ['.', 'tokens', 'tokens/object']) expect(statSync(path.join(folder, name))).toMatchObject(user);
  });

  it('takes over what an earlier configuration gave to another of our host users', () => {
    const folder = path.join(newHome(), 'state');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'object'), '');
    handOver(folder, user);
    const another = { uid: 61_000, gid: 61_000 };
    handOver(folder, another);
    for (const name of ['.', 'object']) expect(statSync(path.join(folder, name))).toMatchObject(another);
  });

  it('follows no link out of the folder, symbolic or hard, and takes nothing from a third owner', () => {
    const home = newHome();
    const folder = path.join(home, 'state');
    mkdirSync(folder);
    const outside = path.join(home, 'shadow');
    writeFileSync(outside, 'root:');
    mkdirSync(path.join(home, 'etc'));
    symlinkSync(outside, path.join(folder, 'link'));
    symlinkSync(path.join(home, 'etc'), path.join(folder, 'folder-link'));
    linkSync(outside, path.join(folder, 'hard'));
    writeFileSync(path.join(folder, 'theirs'), '');
    chownSync(path.join(folder, 'theirs'), 4711, 4711);
    handOver(folder, user);
    expect(statSync(outside).uid).toBe(0);
    expect(statSync(path.join(home, 'etc')).uid).toBe(0);
    expect(statSync(path.join(folder, 'theirs')).uid).toBe(4711);
    expect(statSync(folder).uid).toBe(user.uid);
  });

  it('refuses a folder that is itself a link', () => {
    const home = newHome();
    mkdirSync(path.join(home, 'real'));
    symlinkSync(path.join(home, 'real'), path.join(home, 'link'));
    expect(() => handOver(path.join(home, 'link'), user)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    expect(statSync(path.join(home, 'real')).uid).toBe(0);
  });
});
