import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/** Where checkpoints go outside the database. */
export interface Witnesses {
  /** Does not reject: a witness that cannot be had is reported to the log. */
  keep(checkpoint: Checkpoint): Promise<void>;
  /** How many witnesses do not have the newest checkpoint that they were given. */
  failing(): number;
}

/** A checkpoint a line; lines are only ever appended. */
export const witnessFileName = 'checkpoints.jsonl';

/** A disk of another machine that says nothing for so long is left to itself. */
const patienceMs = 10_000;

/**
 * Witnesses that are folders: one beside the data, others on other machines' disks, as configured. Such a disk may hang (its machine is gone): it is
 * waited for a while, keeps nobody else waiting, and is not asked anew before it has answered.
 */
export function createWitnessFiles(
  folders: readonly string[],
  onFailure: (folder: string, error: unknown) => void,
  { append = appendLine, patience = patienceMs } = {},
): Witnesses {
  const kept = new Map<string, number>();
  const failing = new Set<string>();
  const writing = new Map<string, Promise<void>>();
  const hanging = new Set<string>();

  /** One after the other; what fails is told to whoever waits for it. */
  const appendInTurn = async (folder: string, checkpoint: Checkpoint): Promise<void> => {
    const before = writing.get(folder);
    const written = (async () => {
      await before?.catch(() => undefined);
      if (kept.get(folder) === checkpoint.size) return;
      await append(folder, checkpoint);
      kept.set(folder, checkpoint.size);
      failing.delete(folder);
    })().finally(() => {
      hanging.delete(folder);
    });
    writing.set(folder, written);
    return written;
  };

  const keepIn = async (folder: string, checkpoint: Checkpoint): Promise<void> => {
    if (kept.get(folder) === checkpoint.size) return;
    try {
      if (hanging.has(folder)) throw new Error('an earlier checkpoint is still being written');
      await within(patience, appendInTurn(folder, checkpoint), () => hanging.add(folder));
    } catch (error) {
      failing.add(folder);
      onFailure(folder, error);
    }
  };
  return {
    async keep(checkpoint) {
      await Promise.all(folders.map((folder) => keepIn(folder, checkpoint)));
    },
    failing: () => failing.size,
  };
}

/** Rejects when it is not done in time; it goes on all the same. */
async function within(milliseconds: number, act: Promise<void>, whenLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      whenLate();
      reject(new Error(`no answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    await Promise.race([act, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function appendLine(folder: string, checkpoint: Checkpoint): Promise<void> {
  await makeFolder(folder);
  const handle = await open(path.join(folder, witnessFileName), 'a+', 0o600);
  try {
    const end = await readEnd(handle);
    const last = parse(end.trimEnd().split('\n').at(-1) ?? '');
    if (last?.size === checkpoint.size && last.log === checkpoint.log) return;
    // A line that a crash tore stays torn: the next begins on a line of its own.
    const torn = end !== '' && !end.endsWith('\n');
    await handle.writeFile(`${torn ? '\n' : ''}${JSON.stringify(checkpoint)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Node's own recursion goes round for ever where a folder may hold none and says that there is none (/proc, some automounts). */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || above === folder || existsSync(above)) throw error;
    await makeFolder(above);
    await mkdir(folder, { mode: 0o700 });
  }
}

/** More than a line has. */
const endLength = 2_048;

async function readEnd(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat();
  const end = Buffer.alloc(Math.min(size, endLength));
  await handle.read(end, 0, end.length, size - end.length);
  return end.toString('utf8');
}

/** Checkpoints of a file: one as JSON, or one a line. Lines that are none are left out: a crash may tear one. */
export function readCheckpoints(file: string): readonly Checkpoint[] {
  const text = readFileSync(file, 'utf8');
  const whole = parse(text);
  if (whole !== null) return [whole];
  return text.split('\n').flatMap((line) => parse(line) ?? []);
}

function parse(text: string): Checkpoint | null {
  try {
    return readCheckpoint(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
