import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createAddonEngine, type GmBinding } from '../gm/addon-engine.ts';
import type { GmEngine } from '../gm/engine.ts';
import { findEngineFault } from '../gm/engine-self-test.ts';
import { createWasmEngine } from '../gm/wasm-engine.ts';
import type { EngineStatus } from '../ops.ts';
import { findDifference } from './cross-test.ts';
import type { Floor } from './floor.ts';

/** `auto` is addon, else WASM, else floor. A named engine is used or nothing is: for tests and benchmarks. */
export type EngineChoice = 'auto' | 'addon' | 'wasm' | 'floor';

export interface ChosenEngine {
  readonly engine: GmEngine | undefined;
  readonly statuses: readonly EngineStatus[];
}

/** How an engine comes to be; undefined when it is not there. Tests give broken ones. */
export interface EngineSource {
  readonly name: 'addon' | 'wasm';
  load(): GmEngine | undefined;
}

const addonFile = fileURLToPath(new URL('../../../native/build/Release/onelock_gm.node', import.meta.url));

export const engineSources: readonly EngineSource[] = [
  {
    name: 'addon',
    load: () =>
      existsSync(addonFile) ? createAddonEngine(createRequire(import.meta.url)(addonFile) as GmBinding) : undefined,
  },
  { name: 'wasm', load: createWasmEngine },
];

/**
 * The first engine that computes the published examples and agrees with OpenSSL. One that fails is disabled and named, with what it
 * failed, in the statuses; whoever makes the crypto says it aloud.
 */
export function chooseEngine(
  choice: EngineChoice,
  floor: Floor,
  sources: readonly EngineSource[] = engineSources,
): ChosenEngine {
  const statuses: EngineStatus[] = [];
  let engine: GmEngine | undefined;
  for (const source of sources) {
    if (engine !== undefined || (choice !== 'auto' && choice !== source.name)) {
      statuses.push({ name: source.name, state: 'unused' });
      continue;
    }
    const tried = tryEngine(source, floor);
    engine = tried.engine;
    statuses.push(tried.status);
  }
  statuses.push({ name: 'floor', state: engine === undefined ? 'in-use' : 'unused' });
  return { engine, statuses };
}

function tryEngine({ name, load }: EngineSource, floor: Floor): { engine?: GmEngine; status: EngineStatus } {
  try {
    const engine = load();
    if (engine === undefined) return { status: { name, state: 'absent' } };
    const fault = findEngineFault(engine) ?? findDifference(engine, floor);
    if (fault === undefined) return { engine, status: { name, state: 'in-use' } };
    return { status: disabled(name, fault) };
  } catch (error) {
    return { status: disabled(name, String(error)) };
  }
}

function disabled(name: 'addon' | 'wasm', detail: string): EngineStatus {
  const reason = { code: 'ERR_CRYPTO_SELF_TEST_FAILED', params: { engine: `onelock-gm-${name}` } } as const;
  return { name, state: 'disabled', reason, detail };
}
