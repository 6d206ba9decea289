import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const retryMs = 20;
/** Nobody holds the lock this long who still lives: what is done under it takes milliseconds. */
const staleMs = 5_000;

/** Runs an act while no other program that asks for the same lock file does. A lock left by one that died is taken over. */
export async function underFileLock<T>(file: string, act: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  while (!(await take(file))) await delay(retryMs);
  try {
    return await act();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  try {
    if (Date.now() - (await stat(file)).mtimeMs > staleMs) await rm(file, { force: true });
  } catch (error) {
    // Its holder has just let go.
    if (!isCode(error, 'ENOENT')) throw error;
  }
  return false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
