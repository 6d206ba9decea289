import { defineConfig } from 'vitest/config';

// Tests run the sources, not the build: the condition picks `./src` in every package's exports. Nothing like `import` may
// stand here: vitest hands these to Node as well, where it would turn the `require` of a package into its ESM half.
const conditions = ['onelock-source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['*/src/**/*.test.ts', '*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    globalSetup: ['tools/src/test-setup/global.ts'],
    setupFiles: ['tools/src/test-setup/matchers.ts'],
  },
});
