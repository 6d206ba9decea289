import { utf8Decode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { CardPlace } from '../card-readers.ts';
import type { PcscHandle, PcscLibrary, ReaderState } from './library.ts';
import { pcscFailure, SCARD } from './return-values.ts';

/** SCARD_STATE_* bits; the high half counts insertions and removals. */
export const STATE = { changed: 0x2, unknown: 0x4, present: 0x20, mute: 0x200 } as const;

/** What a reader of this name stands for: readers that come and go (PC/SC lite ≥ 1.6.5 and Windows). */
export const readersComeAndGo = '\\\\?PnP?\\Notification';

const maxReaders = 32;
const listRoom = 8192;

/** Names of the readers that are there, however many. */
export async function listReaders(library: PcscLibrary, context: PcscHandle): Promise<readonly string[]> {
  const out = Buffer.alloc(listRoom);
  const size = library.dword(listRoom);
  const value = await library.tryCall('SCardListReaders', context, null, out, size);
  if (value === SCARD.E_NO_READERS_AVAILABLE) return [];
  if (value !== SCARD.S_SUCCESS) throw pcscFailure('SCardListReaders', value);
  return splitNames(out.subarray(0, Math.min(library.readDword(size), listRoom)));
}

/** Names end in NUL, the list in an empty name. A name that is no UTF-8 cannot be asked for again and is left out. */
export function splitNames(list: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < list.length && found.length < maxReaders; ) {
    const end = list.indexOf(0, at);
    if (end <= at) break;
    const name = decoded(list.subarray(at, end));
    if (name !== null && !found.includes(name)) found.push(name);
    at = end + 1;
  }
  return found;
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return utf8Decode(bytes);
  } catch (error) {
    if (isCodedError(error) || error instanceof TypeError) return null;
    throw error;
  }
}

export function newState(szReader: string, dwCurrentState = 0): ReaderState {
  return { szReader, pvUserData: null, dwCurrentState, dwEventState: 0, cbAtr: 0, rgbAtr: [] };
}

/** The card in a reader, or null where there is none that answers. */
export function placeOf({ szReader, dwEventState, cbAtr, rgbAtr }: ReaderState): CardPlace | null {
  if ((dwEventState & STATE.present) === 0 || (dwEventState & STATE.mute) !== 0) return null;
  const atr = Uint8Array.from(rgbAtr).subarray(0, Math.min(cbAtr, rgbAtr.length));
  return { name: szReader, atr, stay: `${szReader}#${dwEventState >>> 16}` };
}
