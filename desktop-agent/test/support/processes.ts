import { readFileSync } from 'node:fs';

/** Processes that a process started and that still run (Linux). */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}
