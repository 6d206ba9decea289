import { rmSync } from 'node:fs';
import { toHex } from '@onelock/core/bytes';
import { type WorkPorts, type WorkRules, workOn } from '../services/imports/work.ts';

/** For jobs whose node died, and for what another node announced while this one was away. */
const everyMs = 1_000;

export interface ImportRules {
  readonly folder: string;
  readonly leaseSeconds: number;
  readonly mostRows: number;
  /** Nobody else works on this database: leases of the process before are void at once. */
  readonly alone: boolean;
}

/** Works on imports, one at a time. Gives the function that stops it after the batch that is being written. */
export async function startImports(
  ports: WorkPorts,
  { folder, leaseSeconds, mostRows, alone }: ImportRules,
  log: { error(data: object, message: string): void },
): Promise<() => Promise<void>> {
  const rules: WorkRules = { folder, mostRows, seconds: leaseSeconds, node: `node_${toHex(ports.ops.random(12))}` };
  if (alone) {
    rmSync(folder, { recursive: true, force: true });
    await ports.store.transaction((repositories) => repositories.imports.releaseAll());
  }
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let again = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      try {
        for (const id of await ports.store.imports.waiting(ports.clock().toISOString())) {
          if (stopping.signal.aborted) break;
          await workOn(ports, rules, id, stopping.signal);
        }
      } catch (error) {
        log.error({ err: error }, 'an import could not be worked on');
      }
    } while (again && !stopping.signal.aborted);
    running = null;
  };
  const look = (): void => {
    if (stopping.signal.aborted) return;
    again = true;
    running ??= round();
  };
  const ends = [ports.store.subscribe('import.changed', look), ports.store.onResync(look)];
  const timer = setInterval(look, everyMs);
  timer.unref();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    for (const end of ends) end();
    await running;
  };
}
