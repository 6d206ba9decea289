import { describe } from 'vitest';

/**
 * Marks tests that need a real part (a browser, a token library, published cases). Where the part is absent they are
 * skipped and the title says why; with ONELOCK_REQUIRE_REAL=1, as CI runs, the absence is a failure instead.
 *
 * @param part   what is needed, for people, e.g. `SoftHSM2`
 * @param found  where it is, or undefined
 * @returns a `describe` that runs, skips with the reason, or fails
 */
export function requireReal(
  part: string,
  found: string | undefined,
): (title: string, body: (found: string) => void) => void {
  if (found !== undefined) return (title, body) => describe(title, () => body(found));
  if (process.env.ONELOCK_REQUIRE_REAL === '1')
    throw new Error(`${part} is required (ONELOCK_REQUIRE_REAL=1) and was not found`);
  return (title) => describe.skip(`${title} (skipped: ${part} was not found)`, () => undefined);
}
