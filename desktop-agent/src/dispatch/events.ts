import { type EventName, type EventPayload, validateEventPayload, wireEvent } from '@onelock/core/contract';
import type { Connection } from '../transport/connection.ts';
import type { Permissions } from './permissions.ts';

/** Events this agent sends. */
export const servedEvents: readonly EventName[] = [
  'deviceInserted',
  'deviceRemoved',
  'certificatesChanged',
  'keySessionChanged',
  'pinWarning',
  'operationProgress',
  'agentStatusChanged',
];

/** Sends events to the pages that are connected, have greeted, and whose site is allowed; to nobody else. */
export class EventSender {
  readonly #greeted = new Set<Connection>();
  readonly #permissions: Permissions;
  readonly #onBroken: (error: unknown) => void;

  /** @param onBroken  told of a payload that breaks the contract; it is not sent */
  constructor(permissions: Permissions, onBroken: (error: unknown) => void) {
    this.#permissions = permissions;
    this.#onBroken = onBroken;
  }

  /** From its greeting on a page gets events. */
  add(connection: Connection): void {
    this.#greeted.add(connection);
    connection.closed.addEventListener('abort', () => this.#greeted.delete(connection));
  }

  /** Pages that would hear an event now. */
  listeners(): readonly Connection[] {
    return [...this.#greeted].filter(({ origin }) => this.#permissions.isAllowed(origin));
  }

  /** The payload is made per page: handles differ from site to site. */
  broadcast<E extends EventName>(name: E, payloadFor: (connection: Connection) => EventPayload<E>): void {
    for (const connection of this.#greeted) this.send(connection, name, payloadFor(connection));
  }

  send<E extends EventName>(connection: Connection, name: E, payload: EventPayload<E>): void {
    if (!this.#greeted.has(connection) || !this.#permissions.isAllowed(connection.origin)) return;
    try {
      validateEventPayload(name, payload);
      connection.send(wireEvent(name, payload));
    } catch (error) {
      this.#onBroken(error);
    }
  }
}
