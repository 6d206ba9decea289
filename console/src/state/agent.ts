import { authenticate, connect, diagnose, type LoginToken, type OneLockClient, type Result } from '@onelock/sdk';
import { ref, shallowRef } from 'vue';
import { call } from '../api/call.ts';
import { type Failure, failureOf } from '../api/refusal.ts';
import { language } from '../words/language.ts';

export type Identity = Result<'listCertificates'>['identities'][number];

/** Ports at which the agent may be, as the service's page says. */
export const agentPorts = (document.getElementById('console')?.dataset.agentPorts ?? '')
  .split(',')
  .filter((port) => port !== '')
  .map(Number);

/** Who starts the agent now need not press a button. */
const lookAgainMs = 3_000;

export type DeskStage = 'looking' | 'asking' | 'absent' | 'ready' | 'window' | 'judging';

/** The agent on this computer, as far as the console needs it: certificates to choose from, a signature under a challenge of the service. */
export function useAgent() {
  const stage = ref<DeskStage>('looking');
  const failure = shallowRef<Failure | null>(null);
  const identities = shallowRef<readonly Identity[]>([]);
  let client: OneLockClient | null = null;
  let giveUpSignal: AbortController | null = null;

  let lookAgain: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  /** Finds the agent and lists its certificates; one that is not there is looked for again every few seconds, without a word. */
  async function look(): Promise<void> {
    clearTimeout(lookAgain);
    stage.value = 'looking';
    failure.value = null;
    await find();
  }

  async function find(): Promise<void> {
    try {
      client = await connect({ ports: agentPorts, locale: language.value, reconnect: 'background' });
    } catch (error) {
      const { error: named } = await diagnose({ ports: agentPorts });
      if (closed) return;
      failure.value = failureOf(named ?? error);
      stage.value = 'absent';
      lookAgain = setTimeout(() => void find(), lookAgainMs);
      return;
    }
    if (closed) return client.close();
    failure.value = null;
    for (const name of ['deviceInserted', 'deviceRemoved', 'certificatesChanged'] as const)
      client.on(name, () => void list());
    await list();
  }

  async function list(): Promise<void> {
    if (client === null || stage.value === 'window' || stage.value === 'judging') return;
    const asks = setTimeout(() => {
      if (stage.value === 'looking') stage.value = 'asking';
    }, 500);
    try {
      const listed = await client.listCertificates({ filter: { usage: 'authenticate' } });
      const usableFirst = (one: Identity): number => (one.validity === 'valid' ? 0 : 1);
      identities.value = listed.identities.toSorted((one, other) => usableFirst(one) - usableFirst(other));
      failure.value = null;
      stage.value = 'ready';
    } catch (error) {
      failure.value = failureOf(error);
      stage.value = 'absent';
    } finally {
      clearTimeout(asks);
    }
  }

  /** Has a key sign a fresh challenge; null when the person gave up, or `failure` says why. */
  async function prove(key: string): Promise<LoginToken | null> {
    if (client === null) return null;
    failure.value = null;
    stage.value = 'window';
    giveUpSignal = new AbortController();
    try {
      const { challenge } = await call<{ challenge: string }>('POST', '/v1/console/challenges');
      const token = await authenticate(client, { challenge, key }, { signal: giveUpSignal.signal });
      stage.value = 'judging';
      return token;
    } catch (error) {
      const told = failureOf(error);
      if (told.code !== 'ERR_SDK_ABORTED') failure.value = told;
      stage.value = 'ready';
      return null;
    }
  }

  return {
    ...{ stage, failure, identities, look, prove },
    giveUp: () => giveUpSignal?.abort(),
    close(): void {
      closed = true;
      clearTimeout(lookAgain);
      client?.close();
    },
    client: () => client,
  };
}
