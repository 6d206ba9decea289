import { call, type Page } from '../../api/call.ts';
import { isBreakGlass } from '../watch-list/alert-sentence.ts';
import { say as sayWatch } from '../watch-list/words.ts';
import { say } from './words.ts';

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly previousUntil: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly waiting: number;
  readonly failures: number;
  readonly nextAttemptAt: string;
  readonly lastSuccessAt: string | null;
  readonly lastError: string | null;
  readonly revokedAt: string | null;
}

const path = '/v1/webhooks';

export const webhooks = {
  list: (cursor?: string) => call<Page<Webhook>>('GET', path, { query: { cursor } }),
  /** Webhooks have no address of their own: found in the list of them. */
  async find(id: string): Promise<Webhook | null> {
    let cursor: string | undefined;
    do {
      const page = await call<Page<Webhook>>('GET', path, { query: { cursor, limit: 200 } });
      const found = page.items.find((webhook) => webhook.id === id);
      if (found !== undefined) return found;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return null;
  },
  register: (body: object, key: string) => call<Webhook & { secret: string }>('POST', path, { body, key }),
  rotate: (id: string, key: string) => call<{ secret: string }>('POST', `${path}/${id}/secret`, { key }),
  test: (id: string, key: string) => call('POST', `${path}/${id}/test`, { key }),
  revoke: (id: string, key: string) => call<Webhook>('DELETE', `${path}/${id}`, { key }),
};

export type Standing = 'good' | 'care' | 'waiting' | 'idle';

export function standingOf({ revokedAt, failures, lastSuccessAt }: Webhook): Standing {
  if (revokedAt !== null) return 'idle';
  if (failures > 0) return 'care';
  return lastSuccessAt === null ? 'waiting' : 'good';
}

/** A kind of event in words; one that this build does not know as it is. */
export function typeText(type: string): string {
  if (type === 'webhook.test') return say('event.test');
  if (type === 'watchlist.hit') return say('event.hit');
  return isBreakGlass(type) ? sayWatch(`event.${type}`) : type;
}
