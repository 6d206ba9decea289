// The thread that reads uploads, one after the other: formats, certificates, signatures. It knows no database.
import { parentPort } from 'node:worker_threads';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { fileSource } from './byte-source.ts';
import type { ReadingAnswer, ReadingTask } from './import-thread.ts';
import { overLimit } from './limits.ts';
import { ItemReader, type PreparedItem } from './prepare-item.ts';
import { readUpload } from './read-upload.ts';

const batchItems = 256;
const batchBytes = 1024 * 1024;
/** Batches that may be under way beyond the one that is being written. */
const ahead = 2;

const port = parentPort;
if (port === null) throw new Error('import-worker runs as a thread');
const say = (answer: ReadingAnswer, buffers: readonly ArrayBuffer[] = []): void => port.postMessage(answer, buffers);
const ops = createNodeCrypto();

let allowed = 0;
let wake = (): void => undefined;
let stopping = false;
port.on('message', (message: ReadingTask | 'more' | 'stop') => {
  if (message === 'more') {
    allowed += 1;
    wake();
  } else if (message === 'stop') {
    stopping = true;
    wake();
  } else void run(message);
});

async function send(items: readonly PreparedItem[]): Promise<void> {
  while (allowed <= 0 && !stopping)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  if (stopping) return;
  allowed -= 1;
  // Each has a buffer of its own: handed over, not copied.
  const buffers = items.flatMap(({ certificate }) =>
    certificate === null ? [] : [certificate.der.buffer as ArrayBuffer],
  );
  say({ kind: 'batch', items }, buffers);
}

/** Tells what went wrong as an answer: a broken upload does not end the thread. */
async function run(task: ReadingTask): Promise<void> {
  allowed = ahead;
  stopping = false;
  try {
    await read(task);
    say({ kind: 'end' });
  } catch (error) {
    if (isCodedError(error)) say({ kind: 'coded', code: error.code, params: error.params });
    else say({ kind: 'failure', failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function read(task: ReadingTask): Promise<void> {
  const reader = new ItemReader(task.authorities, ops, new Date(task.now));
  const source = fileSource(task.file);
  const formats = new Set<string>();
  const notes = {
    format(format: string): void {
      if (formats.has(format)) return;
      formats.add(format);
      say({ kind: 'format', format });
    },
    table: (table: Extract<ReadingAnswer, { kind: 'table' }>['table']): void => say({ kind: 'table', table }),
  };
  let number = 0;
  let batch: PreparedItem[] = [];
  let bytes = 0;
  try {
    const { settings, scratch, name } = task;
    for await (const item of readUpload(source, name, { settings, scratch, notes })) {
      if (stopping) return;
      number += 1;
      if (number > task.mostItems) throw overLimit('rows', task.mostItems);
      if (number <= task.skip) continue;
      const prepared = reader.read(item, number);
      batch.push(prepared);
      bytes += prepared.certificate?.der.length ?? 0;
      if (batch.length < batchItems && bytes < batchBytes) continue;
      await send(batch);
      [batch, bytes] = [[], 0];
    }
    if (batch.length > 0) await send(batch);
  } finally {
    source.close();
  }
}
