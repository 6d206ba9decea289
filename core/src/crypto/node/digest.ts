import { createHash, type Hash, hash } from 'node:crypto';
import { joinBytes } from '../../bytes/compare.ts';
import { CodedError } from '../../errors/coded-error.ts';
import { digestLengths } from '../digest-oids.ts';
import type { DigestAlgorithm, IncrementalDigest } from '../ops.ts';

/** Digest of the concatenated chunks. @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
export function digest(algorithm: DigestAlgorithm, ...chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined)
    return bytesOf(hash(supportedDigest(algorithm), only, { outputEncoding: 'buffer' }));
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  // Of little it is cheaper to make one piece than to set up a running digest.
  if (length <= smallLength)
    return bytesOf(hash(supportedDigest(algorithm), joinBytes(chunks), { outputEncoding: 'buffer' }));
  const running = createHash(supportedDigest(algorithm));
  for (const chunk of chunks) running.update(chunk);
  return bytesOf(running.digest());
}

const smallLength = 4096;

/** @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
export function createDigest(algorithm: DigestAlgorithm): IncrementalDigest {
  const running: Hash = createHash(supportedDigest(algorithm));
  return {
    update: (chunk) => {
      running.update(chunk);
    },
    digest: () => bytesOf(running.digest()),
  };
}

/** The name OpenSSL knows a digest by; whatever it may know besides ours is refused. */
export function supportedDigest(algorithm: DigestAlgorithm): string {
  if (!Object.hasOwn(digestLengths, algorithm))
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: String(algorithm) });
  return algorithm;
}

/** A plain array, not a Buffer: a Buffer's methods and its pool are no part of what we promise. */
export function bytesOf(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}
