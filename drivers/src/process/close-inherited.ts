import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** open(2) flag in /proc/PID/fdinfo, octal. */
const closeOnExec = 0o2000000;
const ipcChannel = 3;

/**
 * Closes what this process was handed beyond stdio, its channel and what else is its own, up to the number `last`. Everything that Node opens itself is close-on-exec;
 * a handle that is not came through exec from a grandparent (a shell, a service manager), and a vendor's library has no
 * business with it.
 */
export function closeInheritedHandles(last = ipcChannel): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor > last && isInherited(name)) closeSync(descriptor);
  }
}

function isInherited(descriptor: string): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // It was the handle of the listing itself.
    return false;
  }
}
