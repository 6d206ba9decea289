import { concatBytes } from '../../bytes/compare.ts';
import type { GmEngine } from './engine.ts';

/** Longer messages are digested where they lie: copying them would cost more than the second call. */
const maxCopied = 4096;

/** e = SM3(ZA ‖ M) of GB/T 32918.2-2016 §6.1, 32 bytes. */
export function digestAfter(
  engine: Pick<GmEngine, 'digest' | 'createDigest'>,
  za: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  if (message.length <= maxCopied) return engine.digest(concatBytes(za, message));
  const running = engine.createDigest();
  running.update(za);
  running.update(message);
  return running.digest();
}
