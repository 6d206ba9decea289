import { isCodedError } from '@onelock/core/errors';
import type { CardDriverConfig, DeviceId } from '../port/index.ts';
import type { CardApplicationKind } from './applications/card-application.ts';
import { speaksTo } from './card-kinds.ts';
import { findApplication, type PresentCard } from './present-card.ts';
import type { CardConnection, CardPlace, CardReaders } from './transport/card-readers.ts';

/** A card that gave no clear answer is asked again after this, and after twice as long each time. */
const firstRetryMs = 200;
const lastRetryMs = 10_000;

/** Which cards are there that hold an application of ours. */
export class Cards {
  readonly #config: CardDriverConfig;
  readonly #readers: CardReaders;
  readonly #kinds: readonly CardApplicationKind[];
  readonly #insertions = new Map<string, { readonly stay: string; readonly count: number }>();
  /** Stays that have given no card so far, and when to ask again; never, after a clear answer. */
  readonly #others = new Map<string, { readonly at: number; readonly waitMs: number }>();
  #present: readonly PresentCard[] = [];
  #told = '';

  constructor(config: CardDriverConfig, readers: CardReaders, kinds: readonly CardApplicationKind[]) {
    this.#config = config;
    this.#readers = readers;
    this.#kinds = kinds;
  }

  get present(): readonly PresentCard[] {
    return this.#present;
  }

  /** Milliseconds until a card should be asked again, or null when none should. */
  get retryInMs(): number | null {
    const at = Math.min(...[...this.#others.values()].map((other) => other.at));
    return Number.isFinite(at) ? Math.max(0, at - performance.now()) : null;
  }

  /** Looks again: new cards are connected, those that left are let go. @returns whether anything changed */
  async look(): Promise<boolean> {
    const places = await this.#readers.look();
    const stays = new Set(places.map(({ stay }) => stay));
    for (const card of this.#present) if (!stays.has(card.place.stay)) await card.connection.disconnect();
    this.#present = this.#present.filter(({ place }) => stays.has(place.stay));
    for (const stay of this.#others.keys()) if (!stays.has(stay)) this.#others.delete(stay);
    for (const place of places) await this.#meet(place);
    const before = this.#told;
    this.#told = describe(this.#present);
    return before !== this.#told;
  }

  /** Lets a card go whose handle is of no use any more; the next look meets it anew. */
  async drop(card: PresentCard): Promise<void> {
    this.#present = this.#present.filter((other) => other !== card);
    await card.connection.disconnect();
  }

  async close(): Promise<void> {
    const present = this.#present;
    this.#present = [];
    for (const { connection } of present) await connection.disconnect();
    await this.#readers.close();
  }

  async #meet(place: CardPlace): Promise<void> {
    if (this.#present.some((card) => card.place.stay === place.stay)) return;
    const { at, waitMs } = this.#others.get(place.stay) ?? { at: 0, waitMs: firstRetryMs };
    if (performance.now() < at || !speaksTo(this.#config, place.atr)) return;
    const met = await this.#ask(place);
    if (met === 'busy') return;
    if (met === null)
      this.#others.set(place.stay, { at: performance.now() + waitMs, waitMs: Math.min(2 * waitMs, lastRetryMs) });
    else if (met === 'none of ours') this.#others.set(place.stay, { at: Number.POSITIVE_INFINITY, waitMs });
    else this.#present = [...this.#present, met];
  }

  /** null for a card that gives no clear answer. */
  async #ask(place: CardPlace): Promise<PresentCard | 'none of ours' | 'busy' | null> {
    let connection: CardConnection | null = null;
    try {
      connection = await this.#readers.connect(place);
      const found = await findApplication(connection, this.#kinds);
      if (found !== null) return this.#admit(place, connection, found);
      await connection.disconnect();
      return 'none of ours';
    } catch (error) {
      await connection?.disconnect();
      if (!isCodedError(error)) throw error;
      return error.code === 'ERR_TOKEN_BUSY' ? 'busy' : null;
    }
  }

  #admit(
    place: CardPlace,
    connection: CardConnection,
    found: Pick<PresentCard, 'application' | 'style' | 'description'>,
  ): PresentCard {
    const serial = found.description.serialNumber || place.name;
    const twin = this.#present.some(({ id }) => id === serial);
    const id = (twin ? `${serial}@${place.name}` : serial).slice(0, 128) as DeviceId;
    const insertion = this.#count(id, place.stay);
    this.#others.delete(place.stay);
    return { id, place, insertion, connection, ...found };
  }

  /** A card that was let go and is met again in the same stay has not been away. */
  #count(id: string, stay: string): number {
    const known = this.#insertions.get(id);
    const count = known?.stay === stay ? known.count : (known?.count ?? 0) + 1;
    this.#insertions.set(id, { stay, count });
    return count;
  }
}

function describe(cards: readonly PresentCard[]): string {
  return cards
    .map(({ id, insertion }) => `${id}#${insertion}`)
    .toSorted()
    .join('\n');
}
