import { afterAll, beforeAll } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { describeDriver } from './driver-suite.ts';
import type { LibraryFile } from './native-library.ts';
import { buildP11Library, p11Compiler, p11Parts, startP11 } from './p11-library.ts';

requireReal(p11Parts, p11Compiler())("a PKCS#11 library with a vendor's SM2", (compiler) => {
  let built: LibraryFile;
  beforeAll(() => {
    built = buildP11Library(compiler);
  });
  afterAll(() => built.remove());

  describeDriver('in this process', () => startP11(built.library, 'in-process'));
  describeDriver('in its host', () => startP11(built.library, 'hosted'));
});
