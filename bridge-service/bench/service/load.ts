// One run of autocannon in a process of its own, so that what the load costs can be told from what the service costs. Reads its task from
// the file that the first argument names, and prints one JSON object.
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

export interface LoadTask {
  readonly url: string;
  readonly path: string;
  readonly token: string;
  readonly connections: number;
  /** Seconds; without it every body is sent once. */
  readonly duration?: number;
  /** Bodies, one a line; a GET without. */
  readonly bodies?: string;
  /** Draws bodies at random; else they go in order, each once. */
  readonly random: boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly non2xx: number;
  readonly errors: number;
  /** Share of one core that sending and receiving took. */
  readonly cpu: number;
  /** How often each indication was answered, of the answers that were looked at. */
  readonly indications: Readonly<Record<string, number>>;
}

const task = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadTask;
const bodies = task.bodies === undefined ? undefined : readFileSync(task.bodies, 'utf8').trimEnd().split('\n');
const indications: Record<string, number> = {};
let next = 0;
let looked = 0;

const cpuBefore = process.cpuUsage();
const started = performance.now();
const result = await autocannon({
  url: task.url,
  connections: task.connections,
  ...(task.duration === undefined ? { amount: bodies?.length ?? 1 } : { duration: task.duration }),
  timeout: 60,
  requests: [
    {
      method: bodies === undefined ? 'GET' : 'POST',
      path: task.path,
      headers: { authorization: `Bearer ${task.token}`, 'content-type': 'application/json' },
      setupRequest: (request: object) => ({
        ...request,
        ...(bodies !== undefined && {
          body: bodies[task.random ? Math.floor(Math.random() * bodies.length) : next++ % bodies.length],
        }),
      }),
      // One in sixteen: reading them all would be most of the load.
      onResponse: (_status: number, body: string) => {
        if (looked++ % 16 !== 0) return;
        const [, indication = 'none'] = /"indication":"(\w+)"/.exec(body) ?? [];
        indications[indication] = (indications[indication] ?? 0) + 1;
      },
    },
  ],
});
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const findings: LoadResult = {
  requests: result.requests.total,
  perSecond: result.requests.total / seconds,
  ...{ p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
  ...{ non2xx: result.non2xx, errors: result.errors },
  cpu: (cpu.user + cpu.system) / 1e6 / seconds,
  indications,
};
process.stdout.write(`${JSON.stringify(findings)}\n`);
