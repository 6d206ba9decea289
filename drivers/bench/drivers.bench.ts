// What a driver's own process costs, and how soon a key is noticed: calls through a host against the same calls in this
// process; SoftHSM2 through us against pkcs11js alone; a token put into the folder against the event and the certificate.
import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import { startAgentProcess } from '../../desktop-agent/test/support/agent-process.ts';
import { rememberAllowed } from '../../desktop-agent/test/support/allowed-sites.ts';
import { connectPage, site } from '../../desktop-agent/test/support/page-connection.ts';
import { type BenchRatio, type BenchRow, publishFindings, ratio } from '../../tools/src/bench/findings.ts';
import { quantile, summarize } from '../../tools/src/bench/measure.ts';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, SessionId, TokenDriver } from '../src/port/index.ts';
import { createSoftDriver } from '../src/soft/index.ts';
import { pinOf } from '../test/driver-suite.ts';
import { pkcs11Library } from '../test/pkcs11-parts.ts';
import { newStore, writeTestToken as writeHsmToken } from '../test/pkcs11-under-test.ts';
import { newTokenFolder, writeTestToken } from '../test/soft-under-test.ts';
import { ecIdentity, rsaIdentity } from '../test/test-keys.ts';

const message = new Uint8Array(256).fill(0x5a);
const input = { kind: 'message', bytes: message } as const;
const p256 = { kind: 'ecdsa', digest: 'sha256' } as const;
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const rounds = 7;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const milliseconds = (name: string, values: readonly number[]): BenchRow => ({
  name,
  unit: 'ms',
  value: Number(quantile(values, 0.5).toPrecision(3)),
  spread: Number(((quantile(values, 0.75) - quantile(values, 0.25)) / 2 / quantile(values, 0.5)).toPrecision(2)),
});

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** One call of either driver after the other, so that what the machine does meanwhile hits both alike. */
async function measureAddedCost(): Promise<{
  readonly rows: readonly BenchRow[];
  readonly ratios: readonly BenchRatio[];
}> {
  const { folder, remove } = newTokenFolder();
  await writeTestToken(folder);
  const own = await createSoftDriver({ id: 'soft', family: 'soft', folder });
  const hosted = await startHostedDriver({ id: 'soft', family: 'soft', folder, user: 'same-as-parent' });
  try {
    const device = (await own.listDevices())[0]?.id ?? ('' as DeviceId);
    await hosted.listDevices();
    const kinds = {
      'random-32': (driver: TokenDriver) => driver.random(device, 32),
      'pin-status': (driver: TokenDriver) => driver.pinStatus(device),
    };
    const rows: BenchRow[] = [];
    const ratios: BenchRatio[] = [];
    for (const [kind, call] of Object.entries(kinds)) {
      const times = { own: [] as number[], hosted: [] as number[] };
      for (let index = 0; index < 1500; index += 1) {
        const a = await timed(() => call(own));
        const b = await timed(() => call(hosted));
        if (index >= 300) {
          times.own.push(a);
          times.hosted.push(b);
        }
      }
      const inside = milliseconds(`call.${kind}.in-process`, times.own);
      const outside = milliseconds(`call.${kind}.hosted`, times.hosted);
      const added = Number((outside.value - inside.value).toPrecision(3));
      rows.push(inside, outside, { name: `call.${kind}.added-p50`, unit: 'ms', value: added, spread: outside.spread });
      ratios.push({ name: `call.${kind}.added-p50 / 0.3`, value: added / 0.3, goal: '<= 1', met: added <= 0.3 });
    }
    return { rows, ratios };
  } finally {
    await hosted.close();
    await own.close();
    remove();
  }
}

/** `flights` calls are under way at any time until `count` are done. Nobody pays for what the one before left to be collected. */
async function rateOf(flights: number, count: number, sign: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const began = performance.now();
  let left = count;
  const fly = async (): Promise<void> => {
    while (left-- > 0) await sign();
  };
  await Promise.all(Array.from({ length: flights }, fly));
  return (count * 1000) / (performance.now() - began);
}

interface BareHsm {
  sign(mechanism: 'rsa' | 'p256'): Uint8Array;
  close(): void;
}

/** What anyone gets who uses the binding as its manual shows, keys found once. */
function openBareHsm(library: string, pin: string): BareHsm {
  const binding = createRequire(import.meta.url)('pkcs11js');
  const module = new binding.PKCS11();
  module.load(library);
  module.C_Initialize();
  const [slot] = module.C_GetSlotList(true);
  const session = module.C_OpenSession(slot, binding.CKF_SERIAL_SESSION | binding.CKF_RW_SESSION);
  module.C_Login(session, binding.CKU_USER, pin);
  const keyOf = (id: string): unknown => {
    module.C_FindObjectsInit(session, [
      { type: binding.CKA_CLASS, value: binding.CKO_PRIVATE_KEY },
      { type: binding.CKA_ID, value: Buffer.from(id, 'hex') },
    ]);
    const [key] = module.C_FindObjects(session, 1);
    module.C_FindObjectsFinal(session);
    return key;
  };
  const keys = { rsa: keyOf(rsaIdentity.id), p256: keyOf(ecIdentity.id) };
  const mechanisms = { rsa: binding.CKM_SHA256_RSA_PKCS, p256: binding.CKM_ECDSA };
  return {
    sign: (kind) => {
      module.C_SignInit(session, { mechanism: mechanisms[kind] }, keys[kind]);
      const data = kind === 'rsa' ? Buffer.from(message) : createHash('sha256').update(message).digest();
      return module.C_Sign(session, data, Buffer.alloc(512));
    },
    close: () => {
      module.C_Finalize();
      module.close();
    },
  };
}

async function measureSoftHsm(library: string): Promise<readonly BenchRow[]> {
  const { store, remove } = newStore(library);
  await writeHsmToken(store);
  const before = process.cwd();
  // Relative paths of the store's configuration are the host's current directory.
  process.chdir(store.stateFolder);
  Object.assign(process.env, store.environment);
  const bare = openBareHsm(library, '123456');
  const hosted = await startHostedDriver({ id: 'softhsm2', family: 'pkcs11', ...store, user: 'same-as-parent' });
  try {
    const device = (await hosted.listDevices())[0]?.id ?? ('' as DeviceId);
    const session: SessionId = await hosted.openSession(device, pinOf('123456'));
    const ours = (id: string, algorithm: SignatureAlgorithm) => () => hosted.sign(session, id, algorithm, input);
    const contenders = [
      { name: 'softhsm2.rsa2048-sign.pkcs11js', flights: 1, count: 600, sign: async () => bare.sign('rsa') },
      { name: 'softhsm2.rsa2048-sign.onelock', flights: 1, count: 600, sign: ours(rsaIdentity.id, rsa) },
      { name: 'softhsm2.p256-sign-16.pkcs11js', flights: 16, count: 8_000, sign: async () => bare.sign('p256') },
      { name: 'softhsm2.p256-sign-16.onelock', flights: 16, count: 8_000, sign: ours(ecIdentity.id, p256) },
    ];
    const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
    for (const { flights, count, sign } of contenders) await rateOf(flights, count / 4, sign);
    for (let round = 0; round < rounds; round += 1)
      for (const { name, flights, count, sign } of round % 2 === 0 ? contenders : contenders.toReversed())
        rates.get(name)?.push(await rateOf(flights, count, sign));
    return [...rates].map(([name, values]) => ({ name, unit: 'signatures/s', ...summarize(values) }));
  } finally {
    await hosted.close();
    bare.close();
    process.chdir(before);
    remove();
  }
}

/** From the moment the token stands in its folder to the page's event, and to its certificates in the page's hands. */
async function measureInsertion(): Promise<readonly BenchRow[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-bench-insert-'));
  const folder = path.join(home, 'tokens');
  const file = await writeTestToken(folder);
  const aside = path.join(home, 'aside');
  const agent = await startAgentProcess({ drivers: [{ id: 'soft', family: 'soft', folder }] });
  rememberAllowed(agent.stateDir, site);
  const page = await connectPage(agent.port);
  const event: number[] = [];
  const listed: number[] = [];
  try {
    while ((await page.call('listDevices', {})).devices.length === 0) await pause(200);
    for (let round = 0; round < 20; round += 1) {
      renameSync(file, aside);
      await page.nextEvent('deviceRemoved', 20_000);
      await pause(300);
      const began = performance.now();
      renameSync(aside, file);
      await page.nextEvent('deviceInserted', 20_000);
      event.push(performance.now() - began);
      const { identities } = await page.call('listCertificates', {});
      if (identities.length === 0) throw new Error('inserted without certificates');
      listed.push(performance.now() - began);
    }
  } finally {
    await page.close();
    await agent.stop();
    rmSync(home, { recursive: true, force: true });
  }
  return [milliseconds('insert.to-event.agent', event), milliseconds('insert.to-certificate.agent', listed)];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const library = pkcs11Library();
const cost = await measureAddedCost();
const hsm = library === undefined ? [] : await measureSoftHsm(library);
const insertion = await measureInsertion();
const rows = [...cost.rows, ...hsm, ...insertion];
const soon = rows.filter(({ name }) => name.startsWith('insert.'));
publishFindings({
  rows,
  ratios: [
    ...cost.ratios,
    ...ratio(rows, 'softhsm2.rsa2048-sign.onelock', 'softhsm2.rsa2048-sign.pkcs11js', 0.8),
    ...ratio(rows, 'softhsm2.p256-sign-16.onelock', 'softhsm2.p256-sign-16.pkcs11js', 0.8),
    ...soon.map(({ name, value }) => ({
      name: `${name} / 1000`,
      value: value / 1000,
      goal: '<= 1',
      met: value <= 1000,
    })),
  ],
  absent: library === undefined ? ['SoftHSM2 or pkcs11js is not installed here'] : [],
});
process.exit(0);
