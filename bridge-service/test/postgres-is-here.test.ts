import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { postgresPrograms } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';

// vitest.config.ts leaves the tests of the service on PostgreSQL out where there is none: this is where that is said.
requireReal('PostgreSQL', postgresPrograms())('the service on PostgreSQL', (programs) => {
  it('is tested beside the service on SQLite, on a version that it supports', () => {
    const [, version] =
      /\(PostgreSQL\) (\d+)/.exec(String(execFileSync(path.join(programs, 'postgres'), ['-V']))) ?? [];
    expect(Number(version)).toBeGreaterThanOrEqual(14);
  });
});
