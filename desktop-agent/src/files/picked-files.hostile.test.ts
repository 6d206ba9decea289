import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFolder } from './folder-list.ts';
import { demandUnchanged, inspectFile, isInside, PickedFiles, readPicked } from './picked-files.ts';
import { saveFile } from './saved-file.ts';

const site = 'https://bid.example.cn';
let folder: string;
let hidden: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-picked-'));
  hidden = path.join(folder, 'state');
  mkdirSync(hidden);
  writeFileSync(path.join(hidden, 'a.softtoken'), 'secret');
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
function made(name: string, content: string | Uint8Array = 'content'): string {
  writeFileSync(at(name), content);
  return at(name);
}
const refusal = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);
async function readAll(file: Parameters<typeof readPicked>[0], between?: (chunk: number) => void): Promise<number> {
  let [size, count] = [0, 0];
  for await (const chunk of readPicked(file)) {
    size += chunk.length;
    between?.(++count);
  }
  return size;
}

describe('a picked file', () => {
  it('is read whole, whatever its size', async () => {
    for (const size of [0, 1, 256 * 1024, 700_001])
      expect(await readAll(await inspectFile(made(`f${size}`, new Uint8Array(size)), []))).toBe(size);
  });

  it.each([
    ['grew', (file: string) => appendFileSync(file, 'x')],
    ['was written over', (file: string) => writeFileSync(file, 'CONTENT')],
    [
      'was exchanged for another',
      (file: string) => {
        renameSync(file, `${file}.old`);
        writeFileSync(file, 'content');
      },
    ],
  ])('that %s since is refused', async (_what, change) => {
    const file = made('a.pdf');
    const picked = await inspectFile(file, []);
    await demandUnchanged(picked);
    change(file);
    expect(await refusal(readAll(picked))).toFailWith('ERR_FILE_CHANGED');
    expect(await refusal(demandUnchanged(picked))).toFailWith('ERR_FILE_CHANGED');
  });

  it('that changes while it is read is refused at its end', async () => {
    const file = made('a.bin', new Uint8Array(600_000));
    const picked = await inspectFile(file, []);
    const reading = readAll(picked, (chunk) => {
      if (chunk === 1) appendFileSync(file, 'x');
    });
    expect(await refusal(reading)).toFailWith('ERR_FILE_CHANGED');
  });

  it('that is gone cannot be read', async () => {
    const picked = await inspectFile(made('a.pdf'), []);
    rmSync(at('a.pdf'));
    expect(await refusal(readAll(picked))).toFailWith('ERR_FILE_UNREADABLE');
  });

  it('is never the agent’s own, by whatever way', async () => {
    symlinkSync(hidden, at('link'));
    symlinkSync(path.join(hidden, 'a.softtoken'), at('innocent.pdf'));
    for (const file of ['state/a.softtoken', 'link/a.softtoken', 'innocent.pdf', 'state/../state/a.softtoken'])
      expect(await refusal(inspectFile(at(file), [hidden]))).toFailWith('ERR_FILE_UNREADABLE');
    symlinkSync(hidden, at('other-name'));
    expect(await refusal(inspectFile(at('state/a.softtoken'), [at('other-name')]))).toFailWith('ERR_FILE_UNREADABLE');
    const { entries } = await listFolder(folder, [hidden]);
    expect(entries.map(({ name }) => name)).not.toContain('state');
  });

  it('is no folder, and no pipe, which would wait for ever', async () => {
    expect(await refusal(inspectFile(hidden, []))).toFailWith('ERR_FILE_UNREADABLE');
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [at('pipe')]);
    expect(await refusal(inspectFile(at('pipe'), []))).toFailWith('ERR_FILE_UNREADABLE');
  });

  it('is known by its handle to the site it was picked for, and to no other', async () => {
    const files = new PickedFiles();
    const file = await inspectFile(made('a.pdf'), []);
    const handle = files.keep(site, file);
    expect(handle).toMatch(/^f1_[A-Za-z0-9_-]{43}$/);
    expect(files.keep(site, file)).toBe(handle);
    expect(files.find(site, handle)).toBe(file);
    for (const [origin, given] of [
      ['https://other.example', handle],
      [site, `f1_${'A'.repeat(43)}`],
    ] as const)
      expect(() => files.find(origin, given)).toFailWith('ERR_FILE_UNREADABLE');
  });
});

describe('a saved file', () => {
  const content = (text: string) => async (write: (bytes: Uint8Array) => Promise<void>) => write(Buffer.from(text));

  it('is put in its place whole', async () => {
    await saveFile({ path: at('a.pdf'), replace: false }, content('new'));
    expect(readFileSync(at('a.pdf'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['a.pdf', 'state']);
  });

  it('never takes the place of another, unless the person said so', async () => {
    made('a.pdf', 'old');
    expect(await refusal(saveFile({ path: at('a.pdf'), replace: false }, content('new')))).toFailWith(
      'ERR_FILE_UNWRITABLE',
    );
    expect(readFileSync(at('a.pdf'), 'utf8')).toBe('old');
    await saveFile({ path: at('a.pdf'), replace: true }, content('new'));
    expect(readFileSync(at('a.pdf'), 'utf8')).toBe('new');
  });

  it('that fails half way leaves nothing behind, and what was there stays', async () => {
    made('a.pdf', 'old');
    const failing = saveFile({ path: at('a.pdf'), replace: true }, async (write) => {
      await write(Buffer.from('half'));
      throw new Error('half way');
    });
    expect(await refusal(failing)).toMatchObject({ message: 'half way' });
    expect(readFileSync(at('a.pdf'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['a.pdf', 'state']);
  });

  it('in a folder that is not there is a coded refusal', async () => {
    expect(await refusal(saveFile({ path: at('no/a.pdf'), replace: false }, content('x')))).toFailWith(
      'ERR_FILE_UNWRITABLE',
    );
  });
});

it('inside a folder is what stands below it, and no neighbour of a longer name', () => {
  expect([isInside('/a/b', '/a'), isInside('/a', '/a'), isInside('/ab', '/a'), isInside('/', '/a')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
