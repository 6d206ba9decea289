import { fromBase64Url, toBase64Url, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { PageRequest } from './ports/store.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it back as `cursor` for what follows; null at the end. */
  readonly nextCursor: string | null;
}

/** Fetches one more than asked for, so that the last page is known to be the last. */
export async function pageOf<Item, Key extends string | number>(
  { after, limit }: PageRequest<Key>,
  list: (request: PageRequest<Key>) => Promise<readonly Item[]>,
  keyOf: (item: Item) => Key,
): Promise<Page<Item>> {
  const found = await list({ after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined;
  return { items, nextCursor: more ? toBase64Url(utf8Encode(String(keyOf(last)))) : null };
}

/** @throws {CodedError} ERR_REQUEST_INVALID { field: 'cursor' } */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  try {
    return utf8Decode(fromBase64Url(cursor));
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError('ERR_REQUEST_INVALID', { field: '?cursor', rule: 'cursor' }, { cause: error });
  }
}

/** The same for lists whose key is a number. */
export function readNumberCursor(cursor: string | undefined): number | null {
  const text = readCursor(cursor);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw new CodedError('ERR_REQUEST_INVALID', { field: '?cursor', rule: 'cursor' });
  return Number(text);
}
