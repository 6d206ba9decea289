import { closeSync, fstatSync, openSync, readdirSync, statSync } from 'node:fs';

/** A process that forks while it is ended may leave another behind: so often it is looked again. */
const looks = 3;

/**
 * What a process that has a network namespace of its own leaves behind when it ends: a library may have started processes, which nobody
 * would end. They are known by the namespace, which nothing but a privileged process can leave.
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
    if (process.platform !== 'linux') return null;
    const ours = namespaceOf('self');
    const theirs = namespaceOf(pid);
    if (ours === null || theirs === null || ours === theirs) return null;
    const opened = openNamespace(pid);
    return opened === null ? null : new Offspring(opened);
  }

  /** Ends all that is left. Call once, when the process itself is gone. */
  end(): void {
    try {
      for (let look = 0; look < looks && this.#endOnce(); look += 1);
    } finally {
      closeSync(this.#namespace);
    }
  }

  /** @returns whether any was left */
  #endOnce(): boolean {
    const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && namespaceOf(name) === this.#number);
    for (const name of left) kill(Number(name));
    return left.length > 0;
  }
}

/** null when it is gone, or is none of ours to look into. */
function namespaceOf(pid: number | string): number | null {
  return unlessGone(() => statSync(`/proc/${pid}/ns/net`).ino);
}

function openNamespace(pid: number): number | null {
  return unlessGone(() => openSync(`/proc/${pid}/ns/net`, 'r'));
}

function kill(pid: number): void {
  unlessGone(() => process.kill(pid, 'SIGKILL'));
}

const goneOrNotOurs = new Set<unknown>(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE']);

function unlessGone<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && 'code' in error && goneOrNotOurs.has(error.code)) return null;
    throw error;
  }
}
