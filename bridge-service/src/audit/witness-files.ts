import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/** Where checkpoints go outside the database. */
export interface Witnesses {
  /** Does not reject: a witness that cannot be had is reported to the log. */
  keep(checkpoint: Checkpoint): Promise<void>;
}

/** A checkpoint a line; lines are only ever appended. */
export const witnessFileName = 'checkpoints.jsonl';

/** Witnesses that are folders: one beside the data, others on other machines' disks, as configured. */
export function createWitnessFiles(
  folders: readonly string[],
  onFailure: (folder: string, error: unknown) => void,
): Witnesses {
  const kept = new Map<string, number>();
  return {
    async keep(checkpoint) {
      for (const folder of folders) {
        if (kept.get(folder) === checkpoint.size) continue;
        try {
          appendLine(folder, checkpoint);
          kept.set(folder, checkpoint.size);
        } catch (error) {
          onFailure(folder, error);
        }
      }
    },
  };
}

function appendLine(folder: string, checkpoint: Checkpoint): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handle = openSync(path.join(folder, witnessFileName), 'a+', 0o600);
  try {
    const end = readEnd(handle);
    const last = parse(end.trimEnd().split('\n').at(-1) ?? '');
    if (last?.size === checkpoint.size && last.log === checkpoint.log) return;
    // A line that a crash tore stays torn: the next begins on a line of its own.
    const torn = end !== '' && !end.endsWith('\n');
    writeSync(handle, `${torn ? '\n' : ''}${JSON.stringify(checkpoint)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** More than a line has. */
const endLength = 2_048;

function readEnd(handle: number): string {
  const { size } = fstatSync(handle);
  const end = Buffer.alloc(Math.min(size, endLength));
  readSync(handle, end, 0, end.length, size - end.length);
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
