import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint } from './checkpoint.ts';
import { createWitnessFiles, readCheckpoints, witnessFileName } from './witness-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-witness-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const checkpoint = (size: number): Checkpoint => ({
  ...({ version: 1, log: 'ab'.repeat(16) } as const),
  ...{ size, sm3: '0'.repeat(64), sha256: '0'.repeat(64), at: '2026-06-01T00:00:00.000Z' },
  ...{ key: '0'.repeat(16), signature: 'AA==' },
});
const sizes = (file: string): readonly number[] => readCheckpoints(file).map(({ size }) => size);

describe('witnesses that are folders', () => {
  it('are made, and written a line for each checkpoint, behind one that a crash tore', async () => {
    const deep = path.join(folder, 'one', 'two');
    const failures: unknown[] = [];
    const { keep, failing } = createWitnessFiles([deep], (_folder, error) => failures.push(error));
    await keep(checkpoint(1));
    await keep(checkpoint(1));
    const file = path.join(deep, witnessFileName);
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"log":"a lo`);
    await keep(checkpoint(2));
    expect([sizes(file), failures, failing()]).toEqual([[1, 2], [], 0]);
  });

  it('that hang keep nobody waiting, are not asked again meanwhile, and have the newest when they come back', async () => {
    const failures: string[] = [];
    const appended: [string, number][] = [];
    let answer = (): void => undefined;
    const witnesses = createWitnessFiles(['gone', 'here'], (name) => failures.push(name), {
      patience: 20,
      append: async (name, { size }) => {
        appended.push([name, size]);
        if (name === 'gone' && size < 3)
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
      },
    });
    await witnesses.keep(checkpoint(1));
    await witnesses.keep(checkpoint(2));
    expect(appended).toEqual([
      ['gone', 1],
      ['here', 1],
      ['here', 2],
    ]);
    expect([failures, witnesses.failing()]).toEqual([['gone', 'gone'], 1]);
    answer();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await witnesses.keep(checkpoint(3));
    expect(appended.slice(3)).toEqual([
      ['gone', 3],
      ['here', 3],
    ]);
    expect(witnesses.failing()).toBe(0);
  });

  it('that are slow are written one checkpoint after the other', async () => {
    const failures: unknown[] = [];
    const appended: number[] = [];
    const witnesses = createWitnessFiles(['slow'], (_name, error) => failures.push(error), {
      patience: 10_000,
      append: async (_name, { size }) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        appended.push(size);
      },
    });
    await Promise.all([1, 2, 2, 3].map((size) => witnesses.keep(checkpoint(size))));
    expect([appended, failures]).toEqual([[1, 2, 3], []]);
  });

  it.skipIf(process.platform !== 'linux')('that cannot be made are told, not tried for ever', async () => {
    const failures: string[] = [];
    const other = path.join(folder, 'file');
    writeFileSync(other, '');
    mkdirSync(path.join(folder, 'good'));
    const witnesses = createWitnessFiles(['/proc/nowhere', path.join(other, 'x'), path.join(folder, 'good')], (name) =>
      failures.push(name),
    );
    await witnesses.keep(checkpoint(1));
    expect(failures.sort()).toEqual(['/proc/nowhere', path.join(other, 'x')].sort());
    expect(sizes(path.join(folder, 'good', witnessFileName))).toEqual([1]);
  });
});
