import { isCodedError } from '@onelock/core/errors';
import { decodePublicKeyBlob, type ExportedKey } from './blobs.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';

/** Codes by which libraries say that a container has no such key. */
const noKey: ReadonlySet<string> = new Set(['ERR_TOKEN_KEY_NOT_FOUND', 'ERR_CALL_UNSUPPORTED']);
const emptyContainer: ReadonlySet<string> = new Set(['SAR_FAIL', 'SAR_INVALIDPARAMERR', 'SAR_NOTEXPORTERR']);

/** SKF_ExportPublicKey; null where there is no key, or none that we understand. */
export async function exportPublicKey(
  library: SkfLibrary,
  container: SkfHandle,
  use: 'signing' | 'encryption',
): Promise<ExportedKey | null> {
  try {
    const blob = await library.readBytes('SKF_ExportPublicKey', [container, use === 'signing' ? 1 : 0]);
    return decodePublicKeyBlob(Buffer.from(blob), library.abi);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (noKey.has(error.code) || emptyContainer.has(error.native?.name ?? '')) return null;
    if (error.code.startsWith('ERR_DER_') || error.code === 'ERR_CRYPTO_KEY_INVALID') return null;
    throw error;
  }
}
