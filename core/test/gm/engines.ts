import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createAddonEngine, type GmBinding } from '../../src/crypto/gm/addon-engine.ts';
import type { GmEngine } from '../../src/crypto/gm/engine.ts';

export type { GmEngine } from '../../src/crypto/gm/engine.ts';
export { createWasmEngine } from '../../src/crypto/gm/wasm-engine.ts';

const file = fileURLToPath(new URL('../../native/build/Release/onelock_gm.node', import.meta.url));

/** Where the addon was built, as the bootstrap does where there is a compiler. */
export const addonFile: string | undefined = existsSync(file) ? file : undefined;

export function createAddonOrThrow(): GmEngine {
  return createAddonEngine(createRequire(import.meta.url)(file) as GmBinding);
}
