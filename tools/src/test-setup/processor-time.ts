/**
 * Starts a count of what this thread takes of the processor. @returns milliseconds so far. Waiting does not count: a bound on the work
 * that an input can cause holds on a machine that has other work too.
 */
export function processorTime(): () => number {
  const from = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(from);
    return (user + system) / 1000;
  };
}
