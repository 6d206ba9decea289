import { describe } from 'vitest';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { addonFile, createAddonOrThrow, createWasmEngine, type GmEngine } from './engines.ts';

/** One suite for both builds; where nothing could be compiled, the addon's half says so. */
export function forEachEngine(title: string, body: (engine: GmEngine) => void): void {
  requireReal('the compiled addon', addonFile)(`${title}: the addon`, () => body(createAddonOrThrow()));
  describe(`${title}: WASM`, () => body(createWasmEngine()));
}
