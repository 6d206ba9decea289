import { connect, diagnose, type OneLockClient, type Result } from '@onelock/sdk';
import { ref, shallowRef } from 'vue';
import type { Failure } from './failure.ts';
import { failureOf } from './failure.ts';
import { language } from './language.ts';

type Listed = Result<'listCertificates'>;
export type Identity = Listed['identities'][number];
/** A driver whose keys could not be read, and why. */
export type UnreadDriver = Listed['incomplete'][number];

/** How things stand between this page and the agent. */
export type AgentStage = 'looking' | 'absent' | 'asking' | 'ready';

/** The agent of this computer, and the certificates that it shows us. */
export function useAgent(ports: readonly number[]) {
  const stage = ref<AgentStage>('looking');
  const client = shallowRef<OneLockClient | null>(null);
  const identities = shallowRef<readonly Identity[]>([]);
  const unread = shallowRef<readonly UnreadDriver[]>([]);
  /** Why the agent was not reached, or why it shows nothing. */
  const failure = shallowRef<Failure | null>(null);

  async function look(): Promise<void> {
    stage.value = 'looking';
    failure.value = null;
    try {
      client.value = await connect({ ports, locale: language.value, reconnect: 'background' });
    } catch (error) {
      const found = failureOf(error);
      const { error: named } = await diagnose({ ports });
      failure.value = named === null ? found : failureOf(named);
      stage.value = 'absent';
      return;
    }
    for (const name of ['deviceInserted', 'deviceRemoved', 'certificatesChanged'] as const) {
      client.value.on(name, () => void refresh());
    }
    client.value.onConnectionStateChange((state) => {
      if (state === 'open') void refresh();
      else if (state === 'lost') stage.value = 'looking';
    });
    await refresh();
  }

  async function refresh(): Promise<void> {
    if (client.value === null) return;
    failure.value = null;
    // Known sites are answered at once; only for a new one the agent asks the person, and this page says so.
    const asks = setTimeout(() => {
      if (stage.value === 'looking') stage.value = 'asking';
    }, 500);
    try {
      const listed = await client.value.listCertificates({ filter: { usage: 'authenticate' } });
      unread.value = listed.incomplete;
      identities.value = listed.identities.toSorted((one, other) => rank(one) - rank(other));
    } catch (error) {
      identities.value = [];
      failure.value = failureOf(error);
    } finally {
      clearTimeout(asks);
    }
    stage.value = 'ready';
  }

  return { stage, client, identities, unread, failure, look, refresh };
}

/** What can be used comes first. */
function rank({ validity }: Identity): number {
  return validity === 'valid' ? 0 : 1;
}
