import type { Command } from './command.ts';
import { openStore } from './known-drivers.ts';
import { cliWords } from './words.ts';

/** `driver remove ID`: this person's agent runs it no more; the vendor's files stay where they are. */
export const removeCommand: Command = {
  options: {},
  words: [1, 1],
  async run([id = ''], _options, context) {
    await openStore(context).remove(id);
    return { text: `${cliWords[context.locale].removedNow} ${id}\n`, json: { removed: id }, status: 0 };
  },
};
