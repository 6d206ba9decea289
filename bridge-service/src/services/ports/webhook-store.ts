import type { PageRequest } from './store.ts';

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly sealedSecret: string;
  /** The secret before the last rotation, which signs beside the new one for a while. */
  readonly sealedPrevious: string | null;
  readonly previousUntil: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  /** Sequence of the last event that it has confirmed. */
  readonly told: number;
  /** In a row; 0 after a success. */
  readonly failures: number;
  readonly nextAttemptAt: string;
  readonly lastSuccessAt: string | null;
  /** Code of what went wrong last; null after a success. */
  readonly lastError: string | null;
  readonly revokedAt: string | null;
}

export interface WebhookRepository {
  add(webhook: Webhook): Promise<void>;
  byId(id: string): Promise<Webhook | null>;
  list(page: PageRequest<string>): Promise<readonly Webhook[]>;
  /** Replaces its secrets and nothing else: how far it is told is the job's to say. */
  setSecrets(webhook: Pick<Webhook, 'id' | 'sealedSecret' | 'sealedPrevious' | 'previousUntil'>): Promise<void>;
  /** True when it was there and not revoked. */
  revoke(id: string, at: string): Promise<boolean>;
  /** Not revoked, behind, and to be tried now. */
  due(now: string, last: number): Promise<readonly Webhook[]>;
  /** True for the one node that may try it, until then. */
  claim(id: string, now: string, until: string): Promise<boolean>;
  confirm(id: string, told: number, at: string): Promise<void>;
  fail(id: string, code: string, nextAttemptAt: string): Promise<void>;
}
