import { fromHex, toHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { signCheckpoint } from '../../bridge-service/src/audit/checkpoint.ts';
import { hashDetails } from '../../bridge-service/src/audit/entry.ts';
import { growLog } from '../../bridge-service/src/audit/grow-log.ts';
import { consistencyRanges, inclusionRanges, treeHasher } from '../../bridge-service/src/audit/merkle-tree.ts';
import {
  lostHeadOf,
  restorationTarget,
  type Restoration as ServiceRestoration,
  signRestoration,
} from '../../bridge-service/src/audit/restoration.ts';
import { serviceKeyId } from '../../bridge-service/src/secrets/service-key.ts';
import type { AuditEntry, Checkpoint, Consistency } from '../src/areas/audit/api.ts';
import { checkCheckpoint } from '../src/areas/audit/check/check-checkpoint.ts';
import { checkEntry } from '../src/areas/audit/check/check-entry.ts';
import { readKept, readKeys } from '../src/areas/audit/check/checkpoints.ts';
import { type Hashes, loadHashes } from '../src/areas/audit/check/hashes.ts';
import { isBelievable, type Restoration, readRestoration } from '../src/areas/audit/check/restorations.ts';
import { beginning, LogFault, LogWalk, type WalkState } from '../src/areas/audit/check/walk-log.ts';

// The browser's own checks against the service's own log, each written from the standard by itself.
const ops = createNodeCrypto();
const log = 'ab'.repeat(16);
const pair = ops.generateKeyPair({ kind: 'sm2' });
const key = {
  ...{ id: serviceKeyId(pair.publicKey, ops), publicKey: pair.publicKey },
  sign: (bytes: Uint8Array) =>
    ops.sign(pair.privateKey, { kind: 'sm2-sm3', userId: new TextEncoder().encode('1234567812345678') }, bytes),
};
const published = [{ id: key.id, publicKey: Buffer.from(key.publicKey.spki).toString('base64') }];
const size = 300;
const entries = Array.from({ length: size }, (_, index) => entryAt(index + 1));
let hashes: Hashes;

function entryAt(sequence: number, more: Partial<AuditEntry> = {}): AuditEntry {
  const details = { number: sequence, text: `某平台 ${sequence}` };
  const detailsSalt = String(sequence).padStart(64, '0');
  const { sm3, sha256 } = hashDetails({ salt: detailsSalt, details: JSON.stringify(details) }, ops);
  return {
    ...{ sequence, at: '2026-11-23T00:00:00.000Z', actor: 'clr_1', role: 'operator', action: 'company.register' },
    ...{ target: 'com_1', outcome: 'done', reason: '', requestId: 'req_1', detailsSm3: sm3, detailsSha256: sha256 },
    ...{ retainUntil: '2026-11-24T00:00:00.000Z', details, detailsSalt },
    ...more,
  };
}

const headOf = (list: readonly AuditEntry[]) => {
  const { frontier } = growLog({ size: 0, frontier: { sm3: '', sha256: '' } }, list, ops);
  const rootOf = (tree: 'sm3' | 'sha256') => {
    const heads = (frontier[tree].match(/.{64}/g) ?? []).map((hex) => fromHex(hex));
    const last = heads.at(-1);
    if (last === undefined) throw new Error('an empty log');
    return toHex(heads.slice(0, -1).reduceRight((right, left) => treeHasher(ops, tree).node(left, right), last));
  };
  return { log, size: list.length, sm3: rootOf('sm3'), sha256: rootOf('sha256') };
};
const checkpointOf = (count: number, list = entries): Checkpoint =>
  signCheckpoint(headOf(list.slice(0, count)), new Date('2026-11-23T01:00:00Z'), key);
const ranges = (list: readonly (readonly [number, number])[]) => {
  const heads = list.map(([start, end]) => headOf(entries.slice(start, end)));
  return { sm3: heads.map(({ sm3 }) => sm3), sha256: heads.map(({ sha256 }) => sha256) };
};

beforeAll(async () => {
  vi.stubGlobal('isSecureContext', true);
  hashes = await loadHashes();
});

async function walk(list: readonly AuditEntry[], checkpoints: readonly Checkpoint[], state: WalkState = beginning) {
  const walked = new LogWalk(hashes, { log, keys: readKeys(published, hashes), checkpoints }, state);
  for (let at = 0; at < list.length; at += 70) await walked.take(list.slice(at, at + 70));
  return walked;
}
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof LogFault ? [error.sequence, error.rule] : error;
};

describe('a walk over the log', () => {
  it('comes to the heads of the service in both trees, past checkpoints at any size', async () => {
    const checkpoints = [1, 2, 64, 70, 71, 256, 299].map((count) => checkpointOf(count));
    const walked = await walk(entries, checkpoints);
    expect(await walked.finish(headOf(entries))).toEqual({ sm3: headOf(entries).sm3, sha256: headOf(entries).sha256 });
    expect(walked.state).toMatchObject({ size, checkpoints: 7, detailsErased: 0 });
  });

  it('goes on from where it was stopped, at any entry', async () => {
    for (const stop of [1, 63, 128, 250]) {
      const first = await walk(entries.slice(0, stop), []);
      const state = JSON.parse(JSON.stringify(first.state)) as WalkState;
      const second = await walk(entries.slice(stop), [checkpointOf(299)], state);
      expect((await second.finish(headOf(entries))).sm3).toBe(headOf(entries).sm3);
    }
  });

  it.each<readonly [string, (list: AuditEntry[]) => void, readonly unknown[]]>([
    [
      'details that were altered',
      (list) => list.splice(9, 1, { ...entryAt(10), details: { number: 11 } }),
      [10, 'details-changed'],
    ],
    ['an entry taken out', (list) => list.splice(9, 1), [10, 'sequence']],
    [
      'an entry altered under a checkpoint',
      (list) => list.splice(9, 1, { ...entryAt(10), actor: 'clr_2' }),
      [64, 'checkpoint'],
    ],
    ['an entry altered after it', (list) => list.splice(280, 1, { ...entryAt(281), target: 'com_2' }), [300, 'head']],
    [
      'details that are gone without a word',
      (list) => list.splice(9, 1, { ...entryAt(10), details: null }),
      [10, 'details-removed'],
    ],
  ])('finds %s', async (_what, tamper, fault) => {
    const list = [...entries];
    tamper(list);
    expect(await faultOf(walk(list, [checkpointOf(64)]).then((one) => one.finish(headOf(entries))))).toEqual(fault);
  });

  it('takes details for erased that a later entry says were erased, and for removed otherwise', async () => {
    const erased = { ...entryAt(3), details: null, detailsSalt: null };
    const list = [entryAt(1), entryAt(2), erased, entryAt(4, { action: 'audit.erase-details', target: 'entries 3' })];
    const walked = await walk(list, []);
    await walked.finish(headOf(list));
    expect(walked.state.detailsErased).toBe(1);
    const other = [...list.slice(0, 3), entryAt(4, { action: 'audit.erase-details', target: 'entries 2' })];
    expect(await faultOf(walk(other, []).then((one) => one.finish(headOf(other))))).toEqual([3, 'details-removed']);
  });

  it('refuses checkpoints by another key, of another log, of other heads', async () => {
    const good = checkpointOf(64);
    const stranger = ops.generateKeyPair({ kind: 'sm2' });
    const keys = [{ id: key.id, publicKey: Buffer.from(stranger.publicKey.spki).toString('base64') }];
    expect(readKeys(keys, hashes)).toEqual([]);
    expect(await faultOf(walk(entries, [{ ...good, at: '2026-11-23T02:00:00.000Z' }]))).toEqual([
      64,
      'checkpoint-signature',
    ]);
    expect(await faultOf(walk(entries, [{ ...good, signature: 'AAAA' }]))).toEqual([64, 'checkpoint-signature']);
    const foreign = signCheckpoint({ ...headOf(entries.slice(0, 64)), log: 'cd'.repeat(16) }, new Date(), key);
    expect(await faultOf(walk(entries, [foreign]))).toEqual([64, 'checkpoint-of-another-log']);
    const lying = signCheckpoint({ ...headOf(entries.slice(0, 64)), sha256: '0'.repeat(64) }, new Date(), key);
    expect(await faultOf(walk(entries, [lying]))).toEqual([64, 'checkpoint']);
  });
});

describe('a log that lost its end to an older backup', () => {
  const next = 'ef'.repeat(16);
  const lost = [checkpointOf(250, entries), checkpointOf(290, entries)];
  const kept = 200;
  const branch = entries.slice(0, kept);
  const head = headOf(branch);

  function declare(more: Partial<ServiceRestoration> = {}, heads = { sm3: head.sm3, sha256: head.sha256 }): AuditEntry {
    const restoration: ServiceRestoration = { log, kept, lostTo: 290, written: kept, next, ...more };
    const at = '2026-11-23T03:00:00.000Z';
    const said = { reason: '磁盘损坏', by: '张三', approvedBy: null, heads, lost: lost.map(lostHeadOf) };
    const details = { restoration: signRestoration(restoration, at, said, key) };
    const detailsSalt = '1'.repeat(64);
    const { sm3, sha256 } = hashDetails({ salt: detailsSalt, details: JSON.stringify(details) }, ops);
    const target = restorationTarget(restoration);
    return entryAt(kept + 1, {
      ...{ at, action: 'audit.declare-restoration', target, details, detailsSalt },
      ...{ detailsSm3: sm3, detailsSha256: sha256 },
    });
  }
  const after = (entry: AuditEntry) => [...branch, entry, entryAt(kept + 2), entryAt(kept + 3)];
  const walkAfter = async (entry: AuditEntry, checkpoints: readonly Checkpoint[] = [], told = [entry]) => {
    const list = after(entry);
    const restorations = told.flatMap((one) => readRestoration(one) ?? []);
    const keys = readKeys(published, hashes);
    const walked = new LogWalk(hashes, { log: next, keys, checkpoints, restorations }, beginning);
    for (let at = 0; at < list.length; at += 70) await walked.take(list.slice(at, at + 70));
    return walked.finish({ ...headOf(list) });
  };
  const renamed = (count: number, list: readonly AuditEntry[]) =>
    signCheckpoint({ ...headOf(list.slice(0, count)), log: next }, new Date(), key);

  it('is walked past its declaration, checkpoints of both names among it', async () => {
    const entry = declare();
    const checkpoints = [checkpointOf(64), checkpointOf(200), renamed(202, after(entry))];
    await expect(walkAfter(entry, checkpoints)).resolves.toMatchObject({ sm3: headOf(after(entry)).sm3 });
  });

  it('fails where a checkpoint has the name of the other part', async () => {
    const entry = declare();
    expect(await faultOf(walkAfter(entry, [renamed(64, entries)]))).toEqual([64, 'checkpoint-of-another-log']);
    const old = signCheckpoint(headOf(after(entry).slice(0, 202)), new Date(), key);
    expect(await faultOf(walkAfter(entry, [old]))).toEqual([202, 'checkpoint-of-another-log']);
  });

  it.each<[string, () => AuditEntry, AuditEntry[]?]>([
    ['is less than what was lost', () => declare({ lostTo: 280 })],
    ['is another place of the log', () => declare({ written: 199 })],
    ['is another log before it', () => declare({}, { ...head, sm3: '0'.repeat(64) })],
    ['goes on under another name than the log has', () => declare({ next: 'aa'.repeat(16) })],
    ['has no form', () => ({ ...declare(), target: 'lost' })],
    ['the service did not tell of', () => declare(), []],
  ])('fails where what is declared %s', async (_what, make, told) => {
    const entry = make();
    expect(await faultOf(walkAfter(entry, [], told ?? [entry]))).toEqual([kept + 1, 'restoration']);
  });

  it('answers for the checkpoints that it names, and for no others', async () => {
    const entry = declare();
    const restorations = [readRestoration(entry)].flatMap((one) => one ?? []);
    const prove = async (): Promise<Consistency> => ({
      ...{ first: 0, second: 0, sm3: { firstRoot: '', root: '', path: [] } },
      sha256: { firstRoot: '', root: '', path: [] },
    });
    const list = after(entry);
    const present = { head: { ...headOf(list), log: next }, keys: readKeys(published, hashes), prove, restorations };
    const [first, second] = lost;
    for (const one of [first, second])
      expect(one && (await checkCheckpoint(one, present, hashes))).toMatchObject({ lost: true, signed: true });
    expect(await checkCheckpoint(checkpointOf(251), present, hashes)).toMatchObject({ lost: false, sameLog: false });
    expect(isBelievable(restorations[0] as Restoration, present.keys, hashes)).toBe(true);
    expect(isBelievable({ ...(restorations[0] as Restoration), by: '李四' }, present.keys, hashes)).toBe(false);
  });
});

describe('one entry', () => {
  const proofOf = (sequence: number, count: number) => {
    const path = ranges(inclusionRanges(sequence - 1, count));
    const leaf = headOf(entries.slice(sequence - 1, sequence));
    const head = headOf(entries.slice(0, count));
    const of = (tree: 'sm3' | 'sha256') => ({ leaf: leaf[tree], root: head[tree], path: path[tree] });
    return { sequence, size: count, sm3: of('sm3'), sha256: of('sha256') };
  };

  it.each([
    [1, 1],
    [1, 2],
    [7, 7],
    [128, 129],
    [300, 300],
    [77, 256],
  ])('%i of %i is found in both trees, under a signed checkpoint', async (sequence, count) => {
    const found = await checkEntry(entryAt(sequence), proofOf(sequence, count), checkpointOf(count), published);
    const both = { sm3: true, sha256: true };
    expect(found).toMatchObject({ leaf: both, details: both, path: both, checkpoint: { head: both, signed: true } });
  });

  it('with one tree wrong is told by that tree alone', async () => {
    const proof = proofOf(5, 9);
    const bent = { ...proof, sm3: { ...proof.sm3, path: proof.sm3.path.toReversed() } };
    const found = await checkEntry(entryAt(5), bent, checkpointOf(8), published);
    expect(found.path).toEqual({ sm3: false, sha256: true });
    expect(found.checkpoint?.head).toEqual({ sm3: false, sha256: false });
    expect((await checkEntry(entryAt(6), proof, null, [])).leaf).toEqual({ sm3: false, sha256: false });
  });
});

describe('a checkpoint that a witness has kept', () => {
  it('agrees when the log begins with it, and with nothing else', async () => {
    const head = headOf(entries);
    const prove = async (first: number, second: number): Promise<Consistency> => {
      const path = ranges(consistencyRanges(first, second));
      const of = (tree: 'sm3' | 'sha256') => ({ firstRoot: '', root: '', path: path[tree] });
      return { first, second, sm3: of('sm3'), sha256: of('sha256') };
    };
    const present = { head, keys: readKeys(published, hashes), prove };
    for (const count of [1, 2, 3, 128, 255, 256, 299, 300])
      expect(await checkCheckpoint(checkpointOf(count), present, hashes)).toEqual({
        ...{ lost: false, sameLog: true, signed: true, beginning: { sm3: true, sha256: true } },
      });
    const other = checkpointOf(128, [entryAt(1, { actor: 'clr_9' }), ...entries.slice(1)]);
    expect(await checkCheckpoint(other, present, hashes)).toMatchObject({
      signed: true,
      beginning: { sm3: false, sha256: false },
    });
    expect((await checkCheckpoint({ ...checkpointOf(300), size: 301 }, present, hashes)).beginning.sm3).toBe(false);
  });

  it('is read out of a file line by line; torn, strange and hostile lines are counted and left', () => {
    const good = JSON.stringify(checkpointOf(5));
    const text = [
      good.slice(0, 40),
      good,
      '',
      '[]',
      'null',
      '{"version":1}',
      JSON.stringify({ ...checkpointOf(3), size: '3' }),
    ];
    expect(readKept(text.join('\n'))).toMatchObject({ kept: [{ size: 5 }], unread: 5 });
    expect(readKept('{"a":'.repeat(50_000))).toEqual({ kept: [], unread: 1 });
    expect(readKept('\n'.repeat(10))).toEqual({ kept: [], unread: 0 });
  });
});
