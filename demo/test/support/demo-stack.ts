import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunningStack, startStack } from '../../src/stack.ts';

export interface TestStack {
  readonly folder: string;
  readonly stack: RunningStack;
  stop(): Promise<void>;
}

/** The whole demonstration on free ports, in a folder of its own, its windows announced instead of shown. */
export async function startTestStack(softHsm: 'when-found' | 'never'): Promise<TestStack> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-stack-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  try {
    const stack = await startStack({
      folder,
      ports: { service: 0, site: 0, agent: [0] },
      agentShell: 'print',
      softHsm,
    });
    return {
      folder,
      stack,
      stop: async () => {
        await stack.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
