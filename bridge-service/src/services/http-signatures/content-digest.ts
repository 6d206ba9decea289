import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import { equalBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { readDictionary } from './structured-field.ts';

/** Digests of RFC 9530 §5 that are worth something, and SM3, which its registry does not have. */
const digests = { 'sha-256': 'sha256', 'sha-512': 'sha512', sm3: 'sm3' } as const;

const refused = (): CodedError => new CodedError('ERR_AUTH_SIGNATURE_INVALID', { rule: 'content-digest' });

/**
 * Lets a body through and compares it, at its end, with every digest of Content-Digest that we know; one at least.
 *
 * @throws {CodedError} ERR_AUTH_SIGNATURE_INVALID { rule: 'content-digest' }, at once for a field without a digest that we know, and from
 *   the stream for a body that is another
 */
export function digestedBody(field: string): Transform {
  const expected: { readonly hash: Hash; readonly value: Uint8Array }[] = [];
  for (const [name, value] of readDictionary('Content-Digest', field)) {
    if (!(value instanceof Uint8Array)) throw refused();
    if (name in digests) expected.push({ hash: createHash(digests[name as keyof typeof digests]), value });
  }
  if (expected.length === 0) throw refused();
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      for (const { hash } of expected) hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(expected.every(({ hash, value }) => equalBytes(hash.digest(), value)) ? null : refused());
    },
  });
}
