import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newP11Folder, type P11TokenChanges, p11Config, writeP11Token } from '../../../drivers/test/p11-library.ts';
import type { SoftTokens } from './tokens.ts';

/** A token whose PINs are typed on keys of its own: the soft PKCS#11 library's, which reads them from a file. */
export interface PinPadToken extends SoftTokens {
  /** Types on the device: the PINs that one call asks for, one after the other; `cancel` is its cancel key. */
  type(...pins: readonly string[]): void;
  /** Once the device has read what was typed. */
  taken(): Promise<void>;
  /** Another program used up tries. */
  leaveTries(left: number): void;
}

export function makePinPadToken(library: string, changes: P11TokenChanges = {}): PinPadToken {
  const { folder, remove } = newP11Folder();
  const token = writeP11Token(folder, changes);
  const aside = path.join(path.dirname(folder), 'pulled-out');
  return {
    driver: p11Config(library, folder, { traits: 'pin-pad,patient' }),
    type: (...pins) => {
      const typing = path.join(folder, 'typing');
      writeFileSync(typing, `${pins.join('\n')}\n`, { mode: 0o644 });
      renameSync(typing, path.join(folder, 'typed'));
    },
    taken: async () => {
      while (existsSync(path.join(folder, 'typed'))) await delay(20);
    },
    leaveTries: (left) => {
      const file = path.join(token, 'data', 'user-pin');
      const [digest, , most, factory] = readFileSync(file, 'utf8').trim().split(' ');
      writeFileSync(file, `${digest} ${left} ${most} ${factory}\n`);
    },
    remove: () => renameSync(token, aside),
    insert: () => renameSync(aside, token),
    cleanUp: remove,
  };
}
