import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent is gone, even while a vendor's library blocks the main thread: a second thread
 * looks. (PR_SET_PDEATHSIG would do, but the kernel clears it when the process gives up root.)
 */
export function dieWithParent(): void {
  const source = `
    const parent = ${process.ppid};
    setInterval(() => {
      let gone = process.ppid !== parent;
      if (!gone && process.platform === 'win32') {
        try { process.kill(parent, 0); } catch { gone = true; }
      }
      if (gone) process.kill(process.pid, 'SIGKILL');
    }, 500);`;
  new Worker(source, {
    eval: true,
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 8 },
  }).unref();
}
