import { RateLimit } from './rate-limit.ts';

/** Enough to see what happens at the door; past that only the number of refusals is told. */
const lines = { burst: 40, perSecond: 1 } as const;

/**
 * Writes refusals sparingly: any page may knock thousands of times a second, and must not fill the disk by that.
 *
 * @param write  gets one refusal, with the number of those before it that were left out
 * @param now    milliseconds
 */
export function sparingly<T>(
  write: (refusal: T, leftOut: number) => void,
  now: () => number = () => performance.now(),
): (refusal: T) => void {
  const limit = new RateLimit(lines, now());
  let leftOut = 0;
  return (refusal) => {
    if (limit.take(now()) > 0) {
      leftOut += 1;
      return;
    }
    write(refusal, leftOut);
    leftOut = 0;
  };
}
