import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Who has a lock, as it says itself. */
export interface LockHolder {
  /** e.g. `onelock-agent`, `onelock driver conform`. */
  readonly program: string;
  /** 0 when it did not answer. */
  readonly pid: number;
}

export interface NamedLock {
  release(): Promise<void>;
}

const maxAnswerBytes = 512;
const answerMs = 1000;
const programForm = /^[\w .-]{1,64}$/;

/**
 * Takes a lock that the system itself takes back when this process ends, however it ends: nothing is left behind that would have
 * to be found stale. It is the name of a local socket (an abstract one on Linux, a pipe on Windows) at which the holder says who it
 * is. Elsewhere the socket is a file; one that nobody answers at is taken over.
 *
 * @param name  what is locked, of any length
 * @returns the lock, or who has it
 */
export async function takeNamedLock(name: string, holder: LockHolder): Promise<NamedLock | LockHolder> {
  const address = lockAddress(name);
  const server = await listen(address, holder);
  if (server !== null) return lockOf(server);
  const other = await askHolder(address);
  if (other !== 'nobody') return other;
  if (isFile(address)) rmSync(address, { force: true });
  // It was let go this very moment, or its process died and left the file.
  const second = await listen(address, holder);
  return second === null ? { program: '?', pid: 0 } : lockOf(second);
}

export function isHeld(taken: NamedLock | LockHolder): taken is NamedLock {
  return 'release' in taken;
}

/** Tests that run side by side name a scope of their own; their keys have the same numbers. */
export function lockAddress(name: string): string {
  const scope = process.env.ONELOCK_LOCK_SCOPE ?? '';
  const digest = createHash('sha256').update(`${scope}\n${name}`).digest('hex').slice(0, 40);
  if (process.platform === 'linux') return `\0onelock-lock-${digest}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\onelock-lock-${digest}`;
  return path.join(tmpdir(), `onelock-lock-${digest.slice(0, 16)}`);
}

function isFile(address: string): boolean {
  return path.isAbsolute(address) && process.platform !== 'win32';
}

function lockOf(server: net.Server): NamedLock {
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** null when somebody else listens there. */
function listen(address: string, { program, pid }: LockHolder): Promise<net.Server | null> {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(JSON.stringify({ program, pid }));
    socket.unref();
  });
  server.maxConnections = 16;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ path: address }, () => resolve(server.unref()));
  });
}

async function askHolder(address: string): Promise<LockHolder | 'nobody'> {
  const answer = await new Promise<string | null>((resolve) => {
    let text = '';
    const socket = net.connect({ path: address, timeout: answerMs });
    const finish = (outcome: string | null): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > maxAnswerBytes) finish('');
    });
    socket.on('end', () => finish(text));
    socket.on('timeout', () => finish(text));
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      finish(code === 'ECONNREFUSED' || code === 'ENOENT' ? null : ''),
    );
  });
  return answer === null ? 'nobody' : readHolder(answer);
}

/** Whoever took the name may be no program of ours: only what has our form is repeated to people. */
function readHolder(text: string): LockHolder {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'program' in value && 'pid' in value) {
      const { program, pid } = value;
      if (typeof program === 'string' && programForm.test(program) && Number.isSafeInteger(pid))
        return { program, pid: Number(pid) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { program: '?', pid: 0 };
}
