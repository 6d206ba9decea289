import type { EventSubscriber, EventTopic, EventTopics } from '../../services/ports/events.ts';

export interface PendingEvent {
  readonly topic: EventTopic;
  readonly data: EventTopics[EventTopic];
}

/** Listeners of this process. A listener that throws harms nobody else: `onFailure` is told. */
export class LocalEvents implements EventSubscriber {
  readonly #listeners = new Map<EventTopic, Set<(data: EventTopics[EventTopic]) => void>>();
  readonly #resync = new Set<() => void>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  subscribe<Topic extends EventTopic>(topic: Topic, listener: (data: EventTopics[Topic]) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const own = listener as (data: EventTopics[EventTopic]) => void;
    listeners.add(own);
    return () => listeners.delete(own);
  }

  onResync(listener: () => void): () => void {
    this.#resync.add(listener);
    return () => this.#resync.delete(listener);
  }

  deliver({ topic, data }: PendingEvent): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) this.#guarded(() => listener(data));
  }

  resync(): void {
    for (const listener of [...this.#resync]) this.#guarded(listener);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
