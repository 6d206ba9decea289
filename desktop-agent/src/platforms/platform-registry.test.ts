import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { concatBytes, toBase64, utf8Encode } from '@onelock/core/bytes';
import { type PrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Origin } from '../transport/origin.ts';
import { KnownSites } from './known-sites.ts';
import { PlatformRegistry } from './platform-registry.ts';

const ops = createNodeCrypto();
const service = ops.generateKeyPair({ kind: 'sm2' });
const stranger = ops.generateKeyPair({ kind: 'sm2' });
const site = 'https://bid.example.cn' as Origin;
const hour = 3_600_000;
const start = Date.parse('2026-06-01T00:00:00Z');

/** A registry as the service signs it. */
function published(
  options: { issued?: number; hours?: number; origins?: object[]; key?: PrivateKey; more?: object } = {},
): { registry: string; algorithm: string; key: string; signature: string } {
  const { issued = start, hours = 72, key = service.privateKey, more = {} } = options;
  const origins = options.origins ?? [{ origin: site, platform: 'clr_1', name: '示范平台' }];
  const registry = utf8Encode(
    JSON.stringify({
      ...{ kind: 'onelock-origin-registry', version: 1, issuedAt: new Date(issued).toISOString() },
      ...{ expiresAt: new Date(issued + hours * hour).toISOString(), origins, ...more },
    }),
  );
  const signed = concatBytes(utf8Encode('onelock-origin-registry-v1\n'), registry);
  const signature = toBase64(ops.sign(key, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, signed));
  return { registry: toBase64(registry), algorithm: 'sm2-sm3', key: '0123456789abcdef', signature };
}

let folder: string;
let clock: number;
let answer: () => unknown;
let asked: number;
let problems: Reason[];
const open: PlatformRegistry[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-platforms-'));
  clock = start;
  asked = 0;
  problems = [];
  answer = () => published();
});
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close();
  rmSync(folder, { recursive: true });
});

/** As an agent that starts; its first question to the service has been answered. */
async function started(): Promise<PlatformRegistry> {
  const first = Promise.withResolvers<void>();
  const registry = new PlatformRegistry({
    ...{ stateDir: folder, keys: [service.publicKey], ops, now: () => new Date(clock) },
    fetch: async () => {
      asked += 1;
      first.resolve();
      return answer();
    },
    onProblem: (reason) => void problems.push(reason),
  });
  open.push(registry);
  await first.promise;
  await registry.find(site).catch(() => undefined);
  return registry;
}
const offline = (): never => {
  throw new CodedError('ERR_SERVICE_UNAVAILABLE');
};
const refusal = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);

describe('the registry of platforms', () => {
  it('is believed with the signature of the service, and names its platforms', async () => {
    const registry = await started();
    expect(await registry.find(site)).toMatchObject({ name: '示范平台', tickets: null });
    expect(problems).toEqual([]);
  });

  it.each([
    ['signed by another key', () => published({ key: stranger.privateKey }), 'signature'],
    ['altered', () => ({ ...published(), registry: published({ hours: 71 }).registry }), 'signature'],
    ['without a signature', () => ({ ...published(), signature: undefined }), 'form of the envelope'],
    ['that is no object', () => 'registry', 'form of the envelope'],
    ['for another purpose', () => published({ more: { kind: 'onelock-checkpoint' } }), 'form of the content'],
    ['with a number for an origin', () => published({ origins: [{ origin: 1 }] }), 'form of the content'],
    ['for ever', () => published({ hours: 24 * 365 }), 'lifetime'],
    ['that ended before it began', () => published({ hours: -1 }), 'lifetime'],
  ])('is not believed %s', async (_what, give, rule) => {
    answer = give;
    const registry = await started();
    expect(await refusal(registry.find(site))).toFailWith('ERR_AGENT_ORIGIN_REGISTRY_MISSING');
    expect(problems).toEqual([{ code: 'ERR_AGENT_ORIGIN_REGISTRY_INVALID', params: { rule } }]);
  });

  it('works without a network until its lifetime ends, and then no more', async () => {
    await started();
    answer = offline;
    const again = await started();
    expect(await again.find(site)).toMatchObject({ name: '示范平台' });
    clock = start + 72 * hour - 1;
    expect(await again.find(site)).toBeDefined();
    clock = start + 72 * hour;
    expect(await refusal(again.find(site))).toFailWith('ERR_AGENT_ORIGIN_REGISTRY_STALE');
  });

  it('never goes back to an older one, also after a restart', async () => {
    answer = () => published({ issued: start, origins: [] });
    await started();
    answer = () => published({ issued: start - hour });
    const again = await started();
    expect(await again.find(site)).toBeUndefined();
    expect(problems.at(-1)?.params).toEqual({ rule: 'older than the one in use' });
    await again.accept(published({ issued: start + hour }));
    expect(await again.find(site)).toBeDefined();
  });

  it('that was changed on the disk is not believed', async () => {
    await started();
    const file = path.join(folder, 'platforms.json');
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    const other = published({ origins: [{ origin: 'https://evil.example', platform: 'clr_2', name: 'evil' }] });
    writeFileSync(file, JSON.stringify({ ...kept, signed: { ...kept.signed, registry: other.registry } }));
    answer = offline;
    const again = await started();
    expect(await refusal(again.find('https://evil.example'))).toFailWith('ERR_AGENT_ORIGIN_REGISTRY_MISSING');
  });

  it('is asked for again for a site that is not in it, once in a while', async () => {
    answer = () => published({ origins: [] });
    const registry = await started();
    for (let count = 0; count < 50; count += 1) await registry.find(`https://site-${count}.example`);
    expect(asked).toBe(2);
  });

  it('is asked for again when the site was registered while the first question was on its way', async () => {
    const late = Promise.withResolvers<unknown>();
    answer = () => late.promise;
    const starting = started();
    await expect.poll(() => asked).toBe(1);
    answer = () => published();
    late.resolve(published({ origins: [] }));
    expect(await (await starting).find(site)).toMatchObject({ name: '示范平台' });
    expect(asked).toBe(2);
  });
});

describe('the sites that may ask', () => {
  it('are those of the registry, those of the configuration and pages of this computer', async () => {
    const sites = new KnownSites(['https://own.example'], await started());
    expect(await sites.check(site)).toMatchObject({ name: '示范平台' });
    expect(await sites.check('https://own.example' as Origin)).toMatchObject({ name: null });
    expect(await sites.check('http://localhost:3000' as Origin)).toMatchObject({ name: null });
    expect(await refusal(sites.check('https://evil.example' as Origin))).toFailWith('ERR_AGENT_ORIGIN_UNREGISTERED');
    expect(sites.standing('https://evil.example')).toBeNull();
  });

  it('are none at all where nothing is configured', async () => {
    const sites = new KnownSites([], null);
    expect(await refusal(sites.check(site))).toFailWith('ERR_AGENT_ORIGIN_UNREGISTERED');
  });

  it('of the configuration may ask also when the registry is stale', async () => {
    const sites = new KnownSites(['https://own.example'], await started());
    answer = offline;
    clock = start + 73 * hour;
    expect(await sites.check('https://own.example' as Origin)).toBeDefined();
    expect(await refusal(sites.check(site))).toFailWith('ERR_AGENT_ORIGIN_REGISTRY_STALE');
    expect(sites.standing(site)).toBeNull();
  });
});
