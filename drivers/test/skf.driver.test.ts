import { afterAll, beforeAll } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { describeDriver } from './driver-suite.ts';
import { buildSkfLibrary, type SkfLibraryFile, skfCompiler, skfParts } from './skf-library.ts';
import { startSkf } from './skf-under-test.ts';

requireReal(skfParts, skfCompiler())('the soft SKF library', (compiler) => {
  let built: SkfLibraryFile;
  beforeAll(() => {
    built = buildSkfLibrary(compiler);
  });
  afterAll(() => built.remove());

  describeDriver('in this process', () => startSkf(built.library, 'in-process', { quirks: { events: 'native' } }));
  describeDriver('in its host', () => startSkf(built.library, 'hosted', { quirks: { events: 'native' } }));
});
