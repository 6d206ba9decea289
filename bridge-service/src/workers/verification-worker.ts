// One thread of the verification pool: takes a batch of tasks, answers with a batch of outcomes.
import { parentPort } from 'node:worker_threads';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { TaskBatch, TaskOutcome } from './verification-pool.ts';
import { CertificateMemory, runTask, type VerificationTask } from './verification-task.ts';

const ops = createNodeCrypto();
const memory = new CertificateMemory(1024);

function outcomeOf(task: VerificationTask): TaskOutcome {
  try {
    return { result: runTask(task, ops, memory) };
  } catch (error) {
    if (error instanceof CodedError) return { coded: { code: error.code, params: error.params } };
    return { failure: String(error) };
  }
}

parentPort?.on('message', ({ id, tasks, ...orders }: TaskBatch) => {
  memory.keep(orders);
  const outcomes = tasks.map(outcomeOf);
  memory.forget(orders);
  parentPort?.postMessage({ id, outcomes });
});
