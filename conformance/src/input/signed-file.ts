import { closeSync, openSync, readSync } from 'node:fs';
import { ContentDigester, contentPlan, type SignedContent, type SignedData } from '@onelock/core/cms';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { Certificate } from '@onelock/core/x509';
import { readBytes } from './files.ts';

const pieceBytes = 1024 * 1024;

/**
 * The content of a detached signature, read piece by piece however large it is. Only where a signer of RSA or ECDSA signed the
 * octets themselves, without attributes, must the file be held.
 *
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_BYTES_TOO_LARGE
 */
export function readSignedFile(
  file: string,
  message: SignedData,
  certificates: readonly Certificate[],
  ops: CryptoOps,
): Uint8Array | SignedContent {
  const plan = contentPlan(message, certificates);
  const bare = message.signers.filter(({ signedAttributes }) => signedAttributes === null).length;
  if (bare > plan.sm2.length) return readBytes(file);
  const digester = new ContentDigester(plan, ops);
  try {
    readPieces(file, (piece) => digester.update(piece));
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
  return digester.finish();
}

function readPieces(file: string, take: (piece: Uint8Array) => void): void {
  const descriptor = openSync(file, 'r');
  const piece = new Uint8Array(pieceBytes);
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      take(piece.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}
