import { fromHex } from '@onelock/core/bytes';
import { type DigestAlgorithm, digestLengths } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Locale } from '@onelock/core/messages';
import { parseTimestampRequest, type StampedMaterial } from '@onelock/core/tsp';
import type { Arguments } from './arguments.ts';
import { readBytes } from './files.ts';
import { usageError } from './usage-error.ts';

export const stampedOptionNames = ['data', 'digest', 'query'] as const;

const isDigestName = (text: string): text is DigestAlgorithm => Object.hasOwn(digestLengths, text);

/**
 * What a time-stamp is held against: `--data FILE`, `--digest ALGORITHM:HEX`, `--query FILE`, at least one.
 *
 * @throws {CodedError} ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, and those of parsing a query
 */
export function readStampedMaterial(args: Arguments, locale: Locale): StampedMaterial {
  const data = args.one('data');
  const digest = args.one('digest');
  const query = args.one('query');
  if (data === undefined && digest === undefined && query === undefined) throw usageError(locale, 'stampedMissing');
  return {
    content: data === undefined ? undefined : readBytes(data),
    digest: digest === undefined ? undefined : readDigest(digest, locale),
    request: query === undefined ? undefined : parseTimestampRequest(readBytes(query)),
  };
}

function readDigest(text: string, locale: Locale): NonNullable<StampedMaterial['digest']> {
  const at = text.indexOf(':');
  const algorithm = text.slice(0, Math.max(at, 0));
  try {
    if (isDigestName(algorithm)) {
      const value = fromHex(text.slice(at + 1));
      if (value.length === digestLengths[algorithm]) return { algorithm, value };
    }
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
  throw usageError(locale, 'digest', { value: text });
}
