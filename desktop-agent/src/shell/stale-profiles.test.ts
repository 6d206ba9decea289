import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearStaleProfiles } from './stale-profiles.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'onelock-profiles-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const now = new Date();
const anHourAgo = new Date(now.getTime() - 3_600_000);

function addProfile(name: string, holder: number | null, at: Date): void {
  const folder = path.join(stateDir, name);
  mkdirSync(path.join(folder, 'Default'), { recursive: true });
  writeFileSync(path.join(folder, 'Default', 'Cookies'), '');
  if (holder !== null) symlinkSync(`a-computer-${holder}`, path.join(folder, 'SingletonLock'));
  utimesSync(folder, at, at);
}

it('removes profiles that nobody uses any more, and nothing else', async () => {
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  addProfile('window-killed', dead, anHourAgo);
  addProfile('window-unlocked', null, anHourAgo);
  addProfile('window-in-use', process.pid, anHourAgo);
  addProfile('window-just-made', null, now);
  addProfile('other', null, anHourAgo);
  symlinkSync('other', path.join(stateDir, 'window-link'));
  writeFileSync(path.join(stateDir, 'origins.json'), '{}');
  expect(await clearStaleProfiles(stateDir, now)).toBe(2);
  expect(readdirSync(stateDir).sort()).toEqual([
    'origins.json',
    'other',
    'window-in-use',
    'window-just-made',
    'window-link',
  ]);
  expect(readdirSync(path.join(stateDir, 'other'))).toEqual(['Default']);
});

it('has nothing to do where there was no agent before', async () => {
  expect(await clearStaleProfiles(path.join(stateDir, 'none'), now)).toBe(0);
});
