// npm run test:long -- timing: does the time of a signature or a decryption depend on its secret? See core/native/test/timing.c.
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { createWasmEngine } from './gm/engines.ts';
import { builds, cCompiler, compileNative } from './gm/native-program.ts';
import { TimingTest } from './gm/timing-test.ts';

const samples = 1_000_000;
const limit = 4.5;

interface Finding {
  readonly act: string;
  readonly samples: number;
  readonly t: number;
}

requireReal('a C compiler', cCompiler)('the engine in C', (compiler) => {
  const acts = Object.entries(builds).filter(([name]) => !name.startsWith('portable'));
  it.each(
    acts.flatMap(([build, flags]) =>
      ['sign', 'decrypt'].map((act): [string, string, readonly string[]] => [act, build, flags]),
    ),
  )('takes as long for every secret: %s, %s', async (act, _, flags) => {
    const program = compileNative(compiler, 'timing.c', flags);
    const finding = JSON.parse(await program.run(act, String(samples + 10_000), '9e37')) as Finding;
    program.remove();
    process.stdout.write(`${JSON.stringify(finding)}\n`);
    expect(finding.samples).toBeGreaterThanOrEqual(samples);
    expect(finding.t).toBeLessThan(limit);
  });

  it.each(['leaky-sign', 'leaky-decrypt'])('is caught when it leaks: %s', async (act) => {
    const program = compileNative(compiler, 'timing.c', ['-DONELOCK_LIMBS=4']);
    const finding = JSON.parse(await program.run(act, '60000', '9e37')) as Finding;
    program.remove();
    expect(finding.t).toBeGreaterThan(10 * limit);
  });
});

describe('the engine in WASM, compiled by this Node', () => {
  it.each(['sign', 'decrypt'] as const)('takes as long for every secret: %s', (act) => {
    const test = new TimingTest(createWasmEngine(), act, () => performance.now());
    const finding = test.run(samples);
    process.stdout.write(`${JSON.stringify(finding)}\n`);
    expect(finding.samples).toBeGreaterThanOrEqual(samples);
    expect(finding.t).toBeLessThan(limit);
  });
});
