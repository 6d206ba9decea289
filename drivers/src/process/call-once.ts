import type { ChildProcess } from 'node:child_process';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { DriverConfig } from '../port/index.ts';
import { FailureBodySchema, restoreError } from './failure.ts';
import { handOver } from './hand-over.ts';
import { folderUserFor } from './host-user.ts';
import { spawnRestricted } from './spawn-restricted.ts';

export interface OneCall {
  /** Names the work in errors. */
  readonly name: string;
  readonly entry: URL;
  readonly environment: Readonly<Record<string, string>>;
  /** Handed over to the process's user and its current directory. */
  readonly folder: string | undefined;
  readonly user: DriverConfig['user'];
  /** Structured-cloned as it is. */
  readonly request: unknown;
  readonly timeoutMs: number;
}

const AnswerSchema = Type.Union([
  Type.Object({ type: Type.Literal('result'), value: Type.Unknown() }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('failure'), error: FailureBodySchema }, { additionalProperties: false }),
]);
const answers = Compile(AnswerSchema);

export type OneAnswer = Static<typeof AnswerSchema>;

/** What the process gets as its only message. */
export interface OneRequest {
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly folder: string;
  readonly request: unknown;
}

/**
 * Runs one act in a restricted process that ends with it.
 * @throws {CodedError} what the act threw, ERR_DRIVER_CRASHED, ERR_DRIVER_TIMEOUT, ERR_DRIVER_PROTOCOL
 */
export async function callOnce(call: OneCall): Promise<unknown> {
  const user = folderUserFor(call.folder, call.user);
  if (call.folder !== undefined) handOver(call.folder, user);
  const child = startProcess(call);
  const request: OneRequest = { user, folder: call.folder ?? '/', request: call.request };
  try {
    const answer = await firstAnswer(child, request, call);
    if (answer.type === 'result') return answer.value;
    throw restoreError(answer.error) ?? new CodedError('ERR_DRIVER_PROTOCOL', { driver: call.name, detail: 'code' });
  } finally {
    await ended(child);
  }
}

function startProcess({ name, entry, environment }: OneCall): ChildProcess {
  try {
    return spawnRestricted({
      entry,
      environment,
      standardError: 'ignore',
      openFiles: 256,
      dataMegabytes: 1024,
      heapMegabytes: 128,
      network: 'none',
      addons: 'allow',
    });
  } catch (cause) {
    // What the system refuses before there is any process, such as a handle, has no code of its own.
    throw new CodedError('ERR_DRIVER_CRASHED', { driver: name }, { cause });
  }
}

function firstAnswer(child: ChildProcess, request: OneRequest, { name, timeoutMs }: OneCall): Promise<OneAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CodedError('ERR_DRIVER_TIMEOUT', { driver: name, timeoutMs })),
      timeoutMs,
    );
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    child.once('error', (cause) =>
      settle(() =>
        reject(new CodedError('ERR_DRIVER_NOT_INSTALLED', { driver: name, detail: cause.message }, { cause })),
      ),
    );
    child.once('exit', () => settle(() => reject(new CodedError('ERR_DRIVER_CRASHED', { driver: name }))));
    child.once('message', (message: unknown) =>
      settle(() =>
        answers.Check(message)
          ? resolve(message)
          : reject(new CodedError('ERR_DRIVER_PROTOCOL', { driver: name, detail: 'answer out of shape' })),
      ),
    );
    // One that could not be started may have no channel; its error is still to come.
    if (child.pid !== undefined) child.send({ ...request }, () => undefined);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGKILL');
  await promise;
}
