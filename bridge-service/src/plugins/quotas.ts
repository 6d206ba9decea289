import type { FastifyBaseLogger } from 'fastify';
import type { Store } from '../services/ports/store.ts';

/** Requests a minute of platforms that have a number of their own. */
export interface Quotas {
  of(callerId: string): number | undefined;
  stop(): void;
}

/** Reads them now, and again when any node changes a platform. */
export async function readQuotas(store: Store, log: Pick<FastifyBaseLogger, 'error'>): Promise<Quotas> {
  let quotas: ReadonlyMap<string, number> = new Map();
  const read = async (): Promise<void> => {
    quotas = new Map(await store.profiles.quotas());
  };
  const again = (): void => {
    read().catch((error: unknown) => log.error({ err: error }, 'quotas could not be read'));
  };
  const ends = [
    store.subscribe('registry.changed', ({ registry }) => {
      if (registry === 'platforms') again();
    }),
    store.onResync(again),
  ];
  await read();
  return {
    of: (callerId) => quotas.get(callerId),
    stop() {
      for (const end of ends) end();
    },
  };
}
