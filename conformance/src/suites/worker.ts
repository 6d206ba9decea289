// Runs the cases of one suite from a given one on, in a thread that its parent may end when a case hangs.
import { parentPort, workerData } from 'node:worker_threads';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { loadKnownDifferences } from './exceptions.ts';
import { judgeCase } from './judge-case.ts';
import { suiteByName } from './registry.ts';
import type { FromWorker, WorkerTask } from './worker-messages.ts';

const task = workerData as WorkerTask;
const send = (message: FromWorker): void => parentPort?.postMessage(message);

function work(): void {
  const cases = suiteByName(task.suite).open(task.target);
  const differences = loadKnownDifferences(task.suite);
  const ops = createNodeCrypto();
  for (const [index, suiteCase] of cases.entries()) {
    if (index < task.from) continue;
    send({ kind: 'started', index, id: suiteCase.id, expected: suiteCase.expected });
    send({ kind: 'finished', index, result: judgeCase(suiteCase, ops, differences) });
  }
  send({ kind: 'done' });
}

try {
  work();
} catch (error) {
  if (!isCodedError(error)) throw error;
  send({ kind: 'refused', code: error.code, params: error.params });
}
