import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default mergeConfig(
  { ...base, test: { ...base.test, projects: undefined, include: [], exclude: ['**/node_modules/**'] } },
  {
    test: { include: ['*/src/**/*.slow.test.ts', '*/test/**/*.slow.test.ts'], testTimeout: 3_600_000 },
  },
);
