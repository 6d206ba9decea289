/** Requests go first: so long a quiet job rests between its steps. */
const restMs = 20;

/**
 * Runs work now and every so often, never twice at once, with a rest between its steps. Does not keep the program from ending.
 *
 * @param work  asks `goOn` between steps, and ends when it is told false
 * @returns what stops it, and waits for the step that is running
 */
export function startQuietly(
  everyMs: number,
  work: (goOn: () => Promise<boolean>) => Promise<void>,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  const goOn = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, stopped ? 0 : restMs));
    return !stopped;
  };
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = work(goOn)
        .catch(onFailure)
        .then(() => {
          if (!stopped) schedule(everyMs);
        });
    }, ms);
    timer.unref();
  };
  schedule(0);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
