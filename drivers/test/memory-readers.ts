import { CodedError } from '@onelock/core/errors';
import type { CardConnection, CardPlace, CardReaders } from '../src/card/transport/card-readers.ts';
import type { VirtualCard } from '../src/virtual-card/index.ts';

/** Cards without a reader: what a driver does with bad cards, hundreds of times, without pcscd's pace. */
export class MemoryReaders implements CardReaders {
  readonly #cards = new Map<string, { readonly card: VirtualCard; readonly place: CardPlace }>();
  readonly #listeners = new Set<() => void>();
  #stays = 0;

  insert(card: VirtualCard, name = 'memory'): void {
    this.#stays += 1;
    card.reset();
    this.#cards.set(name, { card, place: { name, atr: card.atr, stay: `${name}#${this.#stays}` } });
    for (const listener of this.#listeners) listener();
  }

  remove(name = 'memory'): void {
    this.#cards.delete(name);
    for (const listener of this.#listeners) listener();
  }

  async look(): Promise<readonly CardPlace[]> {
    return [...this.#cards.values()].map(({ place }) => place);
  }

  onChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async connect({ name, stay }: CardPlace): Promise<CardConnection> {
    let resets = -1;
    const present = (): VirtualCard => {
      const found = this.#cards.get(name);
      if (found === undefined || found.place.stay !== stay) throw new CodedError('ERR_TOKEN_REMOVED');
      return found.card;
    };
    return {
      exclusively: async (act) => {
        const card = present();
        const fresh = card.resets !== resets;
        resets = card.resets;
        return act({ fresh, protocol: 't1', transmit: async (command) => present().transmit(command) });
      },
      reset: async () => this.#cards.get(name)?.card.reset(),
      disconnect: async () => undefined,
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
