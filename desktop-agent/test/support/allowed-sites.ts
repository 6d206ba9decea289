import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Lets a test begin where the person has allowed these sites before: the registry's own file, as the agent writes it. */
export function rememberAllowed(stateDir: string, ...origins: readonly string[]): void {
  const entries = origins.map((origin) => ({ origin, allowedAt: '2026-01-01T00:00:00.000Z' }));
  writeFileSync(
    path.join(stateDir, 'origins.json'),
    JSON.stringify({ format: 'onelock-origins/1', origins: entries }),
    { mode: 0o600 },
  );
}
