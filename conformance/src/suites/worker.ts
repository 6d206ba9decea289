// Runs cases of one suite as its parent asks for them, in a thread that the parent may end when a case hangs.
import { parentPort, workerData } from 'node:worker_threads';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { loadKnownDifferences } from './exceptions.ts';
import { judgeCase } from './judge-case.ts';
import { suiteByName } from './registry.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts';

const task = workerData as WorkerTask;
const send = (message: FromWorker): void => parentPort?.postMessage(message);

function serve(): void {
  const cases = suiteByName(task.suite).open(task.target);
  const differences = loadKnownDifferences(task.suite);
  const ops = createNodeCrypto();
  parentPort?.on('message', ({ index }: ToWorker) => {
    const suiteCase = cases[index];
    if (suiteCase !== undefined) send({ kind: 'finished', result: judgeCase(suiteCase, ops, differences) });
  });
  send({ kind: 'ready', cases: cases.map(({ id, expected }) => ({ id, expected })) });
}

try {
  serve();
} catch (error) {
  if (!isCodedError(error)) throw error;
  send({ kind: 'refused', code: error.code, params: error.params });
}
