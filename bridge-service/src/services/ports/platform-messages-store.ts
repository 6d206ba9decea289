import type { PageRequest } from './store.ts';

/** Where a platform is told of events; registered in its profile. */
export interface PlatformWebhook {
  readonly id: string;
  readonly callerId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly sealedSecret: string;
  /** The secret before the last rotation, which signs beside the new one for a while. */
  readonly sealedPrevious: string | null;
  readonly previousUntil: string | null;
  readonly createdAt: string;
  readonly lastSuccessAt: string | null;
  readonly lastError: string | null;
  readonly revokedAt: string | null;
}

export const messageStates = ['pending', 'delivered', 'dead'] as const;
export type MessageState = (typeof messageStates)[number];

/** One event for one webhook. */
export interface PlatformMessage {
  readonly id: string;
  readonly webhookId: string;
  readonly at: string;
  readonly type: string;
  /** JSON; no personal data. */
  readonly data: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly lastError: string | null;
  readonly deliveredAt: string | null;
}

export interface PlatformMessageRepository {
  addWebhook(webhook: PlatformWebhook): Promise<void>;
  updateWebhook(webhook: PlatformWebhook): Promise<void>;
  webhook(id: string): Promise<PlatformWebhook | null>;
  /** Not revoked; of every platform where no caller is given. */
  webhooks(callerId?: string): Promise<readonly PlatformWebhook[]>;
  add(message: PlatformMessage): Promise<void>;
  update(message: PlatformMessage): Promise<void>;
  byId(id: string): Promise<PlatformMessage | null>;
  list(
    webhookIds: readonly string[],
    page: PageRequest<string>,
    state?: MessageState,
  ): Promise<readonly PlatformMessage[]>;
  /** Webhooks for which some wait whose time has come. */
  webhooksDue(now: string): Promise<readonly string[]>;
  /** Pending ones of a webhook whose time has come, oldest first. */
  due(webhookId: string, now: string, limit: number): Promise<readonly PlatformMessage[]>;
  /** True for the one node that may try it, until then. */
  claim(id: string, now: string, until: string): Promise<boolean>;
  deleteBefore(delivered: string, dead: string): Promise<number>;
}
