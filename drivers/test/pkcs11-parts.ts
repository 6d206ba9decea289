import { createRequire } from 'node:module';
import { softHsmLibrary } from '../../tools/src/test-setup/real-parts.ts';

/** For the title of what is skipped without them. */
export const pkcs11Parts = 'SoftHSM2 and a compiled pkcs11js';

/** Where the optional binding is, when it was compiled on this machine. */
export function bindingFile(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    require('pkcs11js');
    return require.resolve('pkcs11js');
  } catch {
    return undefined;
  }
}

/** SoftHSM2's library when the binding is there too. */
export function pkcs11Library(): string | undefined {
  return bindingFile() === undefined ? undefined : softHsmLibrary();
}
