import { toHex } from '@onelock/core/bytes';
import { openPcscReaders } from '../card/transport/pcsc/pcsc-readers.ts';
import { becomeUser } from '../process/become-user.ts';
import type { OneAnswer, OneRequest } from '../process/call-once.ts';
import { closeInheritedHandles } from '../process/close-inherited.ts';
import { flattenError } from '../process/failure.ts';
import { dieWithParent } from '../process/watch-parent.ts';
import { loadKoffi } from '../skf/load-koffi.ts';

/** The process of listCardsPresent: one look, one answer. */

async function perform({ user, folder }: OneRequest): Promise<OneAnswer> {
  try {
    loadKoffi('pcsc');
    becomeUser(user, folder);
    const readers = openPcscReaders('pcsc');
    const places = await readers.look();
    return { type: 'result', value: places.map(({ name, atr }) => ({ reader: name, atr: toHex(atr) })) };
  } catch (error) {
    return { type: 'failure', error: flattenError(error) };
  }
}

closeInheritedHandles();
dieWithParent();
process.once('disconnect', () => process.exit(0));
process.once('message', async (message: OneRequest) => {
  // Whoever asked ends this process once it has the answer.
  process.send?.(await perform(message), undefined, undefined, () => undefined);
});
