// npm run test:long -- sm2: 10^8 field and scalar operations of each build, and a million whole operations against OpenSSL.

import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createAddonOrThrow, createWasmEngine, type GmEngine } from './gm/engines.ts';
import { judgeSamples } from './gm/field-samples.ts';
import { builds, cCompiler, compileNative, type NativeProgram } from './gm/native-program.ts';
import { WholeOperations } from './gm/whole-operations.ts';

const seed = Date.now().toString(16);

requireReal('a C compiler', cCompiler)(`field and scalar operations, seed ${seed}`, (compiler) => {
  const programs: NativeProgram[] = [];
  afterAll(() => {
    for (const program of programs) program.remove();
  });

  it.each(Object.entries(builds))('10^8 are right: %s', async (_, flags) => {
    const program = compileNative(compiler, 'endurance.c', flags);
    programs.push(program);
    const { judged, wrong, operations } = judgeSamples(await program.run('100000000', seed, '250000'));
    expect(wrong).toEqual([]);
    expect(judged).toBe(250_000);
    expect(operations).toBeGreaterThanOrEqual(100_000_000);
  });
});

describe('whole operations against the floor', () => {
  const floor = createNodeCrypto({ engine: 'floor' });
  const engines: readonly (readonly [string, () => GmEngine, number])[] = [
    ['the addon', createAddonOrThrow, 700_000],
    ['WASM', createWasmEngine, 300_000],
  ];

  it.each(engines)('%s agrees with OpenSSL', (_, create, wanted) => {
    const operations = new WholeOperations(create(), floor);
    while (operations.done < wanted) operations.round();
    expect(operations.differences).toEqual([]);
    expect(operations.done).toBeGreaterThanOrEqual(wanted);
  });
});
