import { CodedError } from '@onelock/core/errors';
import type { DeviceId, SessionId } from '../port/index.ts';
import { processLocks } from './locks.ts';

export interface KnownSession {
  readonly deviceId: DeviceId;
  /** The life of the host that it belongs to, and dies with. */
  readonly generation: number;
  /** Kept from other processes while the session is open. */
  readonly lock: string | null;
}

/** The sessions that callers have with the tokens of one driver, and the locks that they hold on them. */
export class OpenSessions {
  readonly #sessions = new Map<SessionId, KnownSession>();

  get size(): number {
    return this.#sessions.size;
  }

  /** @param lockName  of the device, null where nobody else can be at it */
  add(id: SessionId, deviceId: DeviceId, generation: number, lockName: string | null): void {
    const lock = lockName !== null && processLocks.join(lockName) ? lockName : null;
    this.#sessions.set(id, { deviceId, generation, lock });
  }

  find(id: SessionId): KnownSession | undefined {
    return this.#sessions.get(id);
  }

  /** @throws {CodedError} ERR_TOKEN_SESSION_CLOSED */
  demand(id: SessionId): KnownSession {
    const known = this.#sessions.get(id);
    if (known === undefined) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
    return known;
  }

  forget(id: SessionId): void {
    const lock = this.#sessions.get(id)?.lock;
    this.#sessions.delete(id);
    if (lock) void processLocks.release(lock, true);
  }

  /** Those of earlier lives of the host. */
  forgetAllBut(generation: number): void {
    for (const [id, known] of this.#sessions) if (known.generation !== generation) this.forget(id);
  }

  forgetAll(): void {
    for (const id of [...this.#sessions.keys()]) this.forget(id);
  }
}
