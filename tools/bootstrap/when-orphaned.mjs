/** How often a process looks whether its parent still lives, in milliseconds. */
const lookEveryMs = 500;

/**
 * Calls back once when the parent has gone. A supervisor that ends `npm start` by its id ends npm and npm's shell, and neither
 * passes the signal on: without this, service, agent and site would stay behind and hold their ports.
 */
export function whenOrphaned(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, lookEveryMs);
  timer.unref();
}
