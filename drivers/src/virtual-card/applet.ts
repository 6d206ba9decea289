import type { CommandApdu, StatusWord } from '../card/apdu/index.ts';

/** What an applet says: the data whole, however long; the card cuts it for readers that take less. */
export interface AppletAnswer {
  readonly data: Uint8Array;
  readonly sw: StatusWord;
}

/** One application on a virtual card. It holds keys and PIN counters; power and selection it is told of. */
export interface VirtualApplet {
  /** Its whole identifier; SELECT may name the first bytes alone. */
  readonly aid: Uint8Array;
  /** Selected by the card itself when it gets power. */
  readonly implicit?: boolean;
  /** @returns the answer to SELECT */
  select(): AppletAnswer;
  /** Power went, or another applet was selected: what was verified is so no longer. */
  reset(): void;
  process(command: CommandApdu): AppletAnswer;
}

const noData = new Uint8Array();

export function say(sw: StatusWord, data: Uint8Array = noData): AppletAnswer {
  return { data, sw };
}
