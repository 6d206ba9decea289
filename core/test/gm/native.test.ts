import { afterAll, expect, it } from 'vitest';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { judgeSamples } from './field-samples.ts';
import { builds, cCompiler, compileNative, type NativeProgram } from './native-program.ts';

const withCompiler = requireReal('a C compiler', cCompiler);

withCompiler('the arithmetic of the engine, compiled here', (compiler) => {
  const programs: NativeProgram[] = [];
  afterAll(() => {
    for (const program of programs) program.remove();
  });
  const compile = (flags: readonly string[], optimisation: readonly string[]): NativeProgram => {
    const program = compileNative(compiler, 'endurance.c', flags, optimisation);
    programs.push(program);
    return program;
  };
  const cases = Object.entries(builds).filter(([name]) => process.arch === 'x64' || !name.includes('x86'));

  it.each(cases)(
    'is right by plain C and by BigInt: %s',
    async (_, flags) => {
      const output = await compile(flags, ['-O3']).run('300000', '1d', '20000');
      const { judged, wrong, operations } = judgeSamples(output);
      expect(wrong).toEqual([]);
      expect(judged).toBe(20_000);
      expect(operations).toBeGreaterThanOrEqual(300_000);
    },
    120_000,
  );

  it.each(cases)(
    'does nothing undefined, by the sanitizers: %s',
    async (_, flags) => {
      const sanitized = ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
      const { operations } = judgeSamples(await compile(flags, sanitized).run('100000', '2e'));
      expect(operations).toBeGreaterThanOrEqual(100_000);
    },
    120_000,
  );

  const secretActs = ['sign', 'derive', 'prepare', 'multiply', 'multiply-base', 'scalars'];
  it.each(cases)(
    'leaves no secret on the stack: %s',
    async (_, flags) => {
      const program = compileNative(compiler, 'wiping.c', flags);
      programs.push(program);
      const left = async (act: string): Promise<{ depth: number; overwritten: number; found: number }> =>
        JSON.parse(await program.run(act));
      for (const act of secretActs) {
        const { depth, overwritten, found } = await left(act);
        expect(found).toBe(0);
        // All that was used is zero, but for return addresses and saved registers of the last calls.
        expect(depth - overwritten).toBeLessThan(256);
        expect(depth).toBeGreaterThan(4096);
      }
      expect((await left('careless')).found).toBeGreaterThan(0);
    },
    120_000,
  );
});
