import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Origin } from '../transport/origin.ts';
import { OriginRegistry } from './origin-registry.ts';

const site = 'https://ggzy.example.gov.cn' as Origin;
const now = new Date('2026-06-01T00:00:00Z');
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-origins-'));
  file = path.join(folder, 'state', 'origins.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the registry of allowed sites', () => {
  it('remembers in a file for the owner alone, and leaves nothing else behind', async () => {
    const registry = new OriginRegistry(path.dirname(file));
    expect(registry.isAllowed(site)).toBe(false);
    await registry.allow(site, now);
    expect(registry.isAllowed(site)).toBe(true);
    expect(new OriginRegistry(path.dirname(file)).list()).toEqual([{ origin: site, allowedAt: now.toISOString() }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['origins.json']);
  });

  it('sees what another program changed', async () => {
    const registry = new OriginRegistry(path.dirname(file));
    await registry.allow(site, now);
    expect(await new OriginRegistry(path.dirname(file)).revoke(site)).toBe(true);
    expect(registry.isAllowed(site)).toBe(false);
  });

  it.each([
    ['cut short', '{"format":"onelock-origins/1","origins":[{"origin":"https://ggzy'],
    ['of another format', '{"format":"onelock-origins/2","origins":[]}'],
    [
      'with more in it',
      '{"format":"onelock-origins/1","origins":[{"origin":"https://ggzy.example.gov.cn","allowedAt":"","all":true}]}',
    ],
    ['no object', '[]'],
  ])('allows nobody by a file that is %s, and is good again after the next allowance', async (_what, text) => {
    const registry = new OriginRegistry(path.dirname(file));
    await registry.allow(site, now);
    writeFileSync(file, text);
    expect(registry.isAllowed(site)).toBe(false);
    await registry.allow(site, now);
    expect(registry.isAllowed(site)).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ origins: [{ origin: site }] });
  });

  it('leaves out an entry that it does not understand, keeps the others, and keeps the damaged file aside', async () => {
    const registry = new OriginRegistry(path.dirname(file));
    await registry.allow(site, now);
    const good = { origin: 'https://other.example', allowedAt: '' };
    const damaged = JSON.stringify({ format: 'onelock-origins/1', origins: [{ origin: 7 }, good, 'x'] });
    writeFileSync(file, damaged);
    expect(registry.list()).toEqual([good]);
    await registry.allow(site, now);
    expect(registry.list()).toEqual([good, { origin: site, allowedAt: now.toISOString() }]);
    expect(readFileSync(`${file}.bad`, 'utf8')).toBe(damaged);
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['origins.json', 'origins.json.bad']);
  });

  it('loses nothing when several change it at once, in one program or in two', async () => {
    const registries = [new OriginRegistry(path.dirname(file)), new OriginRegistry(path.dirname(file))];
    const origins = Array.from({ length: 20 }, (_, index) => `https://site-${index}.example` as Origin);
    await registries[0]?.allow(site, now);
    await Promise.all([
      ...origins.map((origin, index) => registries[index % 2]?.allow(origin, now)),
      registries[1]?.revoke(site),
    ]);
    for (const registry of registries)
      expect(
        registry
          .list()
          .map(({ origin }) => origin)
          .sort(),
      ).toEqual(origins.toSorted());
  });

  it('takes over the lock of a program that died', async () => {
    mkdirSync(path.dirname(file));
    writeFileSync(`${file}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${file}.lock`, longAgo, longAgo);
    await new OriginRegistry(path.dirname(file)).allow(site, now);
    expect(readdirSync(path.dirname(file))).toEqual(['origins.json']);
  });

  it('remembers a refusal for ten minutes, and no longer', () => {
    const registry = new OriginRegistry(path.dirname(file));
    registry.deny(site, now);
    const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
    expect(() => registry.checkNotDenied(site, later(9.9))).toFailWith('ERR_AGENT_ORIGIN_DENIED');
    expect(() => registry.checkNotDenied('https://other.example' as Origin, now)).not.toThrow();
    expect(() => registry.checkNotDenied(site, later(10))).not.toThrow();
  });
});
