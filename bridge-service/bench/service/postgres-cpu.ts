import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Clock ticks of /proc are hundredths of a second on Linux. */
const ticksPerSecond = 100;

/** Processor seconds of a cluster so far: the postmaster, what it has forked, and what of that has ended. Linux only. */
export function clusterCpuSeconds(url: string): number {
  const folder = new URL(url).searchParams.get('host') ?? '';
  const [postmaster = ''] = readFileSync(path.join(folder, 'data/postmaster.pid'), 'utf8').split('\n');
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    // state, parent, …: user, system, and of children waited for, by their places after the name.
    if (pid === postmaster) ticks += sum(fields.slice(11, 15));
    else if (fields[1] === postmaster) ticks += sum(fields.slice(11, 13));
  }
  return ticks / ticksPerSecond;
}

const sum = (numbers: readonly string[]): number => numbers.reduce((total, text) => total + Number(text), 0);

/** Empty of a process that has ended meanwhile. */
function statOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
