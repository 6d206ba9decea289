import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { postgresPrograms } from './tools/src/test-setup/real-parts.ts';

// Tests run the sources, not the build: the condition picks `./src` in every package's exports. Nothing like `import` may
// stand here: vitest hands these to Node as well, where it would turn the `require` of a package into its ESM half.
const conditions = ['onelock-source', 'node'];

/**
 * The service's tests once more, on a real PostgreSQL that the run starts. Those named have no database in them, or speak of the
 * embedded one alone (`*.sqlite.test.ts`); `*.postgres.test.ts` speak of PostgreSQL alone.
 */
const serviceOnPostgres: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'postgres',
    include: ['bridge-service/test/**/*.test.ts'],
    exclude: ['documentation', 'postgres-is-here', 'process', 'transport', 'verification-pool']
      .map((name) => `bridge-service/test/${name}.test.ts`)
      .concat('bridge-service/test/**/*.sqlite.test.ts'),
    env: { ONELOCK_TEST_DATABASE: 'postgres' },
    globalSetup: ['bridge-service/test/support/postgres-cluster.ts'],
  },
};

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // What comes soon on a machine of its own comes late on one that is busy; vitest itself would wait for a second.
    expect: { poll: { timeout: 30_000 } },
    globalSetup: ['tools/src/test-setup/global.ts'],
    setupFiles: ['tools/src/test-setup/matchers.ts', 'tools/src/test-setup/lock-scope.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['*/src/**/*.test.ts', '*/test/**/*.test.ts'],
          exclude: ['bridge-service/test/**/*.postgres.test.ts'],
        },
      },
      ...(postgresPrograms() === undefined ? [] : [serviceOnPostgres]),
    ],
  },
});
