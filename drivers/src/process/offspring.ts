import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, statSync } from 'node:fs';

/** A process that forks while it is ended may leave another behind: so often it is looked again. */
const looks = 3;

/**
 * What a process that has a network namespace of its own leaves behind when it ends: a library may have started processes, which nobody
 * would end. They are known by the namespace. Nothing leaves it by accident; what means to escape can, by another namespace of its own.
 */
export class Offspring {
  /** Held open, so that no other namespace gets its number. */
  readonly #namespace: number;
  readonly #number: number;

  private constructor(namespace: number) {
    this.#namespace = namespace;
    this.#number = fstatSync(namespace).ino;
  }

  /** null where the process shares our namespace, or the system has none: then its children cannot be told from others'. */
  static of(pid: number): Offspring | null {
    if (process.platform !== 'linux' || !isProcOurs()) return null;
    const ours = namespaceOf('self');
    const theirs = namespaceOf(pid);
    if (ours === null || theirs === null || ours === theirs) return null;
    const opened = openNamespace(pid);
    return opened === null ? null : new Offspring(opened);
  }

  /** Ends all that is left, as far as we have the handles to look for it. Call once, when the process itself is gone. */
  end(): void {
    try {
      for (let look = 0; look < looks && this.#endOnce(); look += 1);
    } finally {
      closeSync(this.#namespace);
    }
  }

  /** @returns whether any was left */
  #endOnce(): boolean {
    let any = false;
    for (const name of unlessRefused(() => readdirSync('/proc')) ?? []) {
      if (!/^\d+$/.test(name) || namespaceOf(name) !== this.#number) continue;
      // At once: a number may soon be another process's.
      kill(Number(name));
      any = true;
    }
    return any;
  }
}

/** Whether /proc numbers processes as we do: in a container it may be that of the computer around it. */
function isProcOurs(): boolean {
  return unlessRefused(() => readlinkSync('/proc/self')) === String(process.pid);
}

/** null when it is gone, or is none of ours to look into. */
function namespaceOf(pid: number | string): number | null {
  return unlessRefused(() => statSync(`/proc/${pid}/ns/net`).ino);
}

function openNamespace(pid: number): number | null {
  return unlessRefused(() => openSync(`/proc/${pid}/ns/net`, 'r'));
}

function kill(pid: number): void {
  unlessRefused(() => process.kill(pid, 'SIGKILL'));
}

/** null where the system refuses, whatever the reason: it is gone, is not ours, or we have no handles left. */
function unlessRefused<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}
