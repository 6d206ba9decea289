/** Turns at one host: at most so many requests at once, the others wait in line. */
export class HostTurns {
  readonly #limit: number;
  readonly #hosts = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs work when it is this caller's turn; a caller whose signal is aborted leaves the line. */
  async take<T>(host: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const line = this.#hosts.get(host) ?? { running: 0, waiting: [] };
    this.#hosts.set(host, line);
    if (line.running >= this.#limit) await waitIn(line.waiting, signal);
    else line.running++;
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next !== undefined) next();
      else if (--line.running === 0) this.#hosts.delete(host);
    }
  }
}

/** Resolves when a turn was handed over: whoever leaves hands theirs to the first in line. */
function waitIn(line: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const at = line.indexOf(enter);
      if (at >= 0) line.splice(at, 1);
      reject(signal.reason);
    };
    const enter = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    line.push(enter);
  });
}
