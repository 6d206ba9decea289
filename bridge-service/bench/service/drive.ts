import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Findings } from './findings.ts';
import type { LoadResult, LoadTask } from './load.ts';
import type { RunningBenchService } from './run-service.ts';

/** @throws {Error} with the answer, unless it is a success */
export async function post(
  service: Pick<RunningBenchService, 'url'>,
  url: string,
  token: string,
  body: object,
  method = 'POST',
): Promise<Record<string, unknown>> {
  const answer = await fetch(new URL(url, service.url), {
    ...{ method, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
  });
  const json = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(json)}`);
  return json;
}

/** Writes lines to a file without holding them all in one string. */
export async function writeLines(file: string, lines: Iterable<string>): Promise<string> {
  const stream = createWriteStream(file);
  for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
  return file;
}

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'load.ts');

/** One run of autocannon, in a process of its own. @throws {Error} when not everything was answered by a success */
export async function load(folder: string, task: LoadTask): Promise<LoadResult> {
  const file = path.join(folder, `task-${new URL(task.url).port}.json`);
  writeFileSync(file, JSON.stringify(task));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`the load ended with ${String(status)}`);
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadResult;
  if (result.non2xx + result.errors > 0) throw new Error(`not all was answered: ${JSON.stringify(result)}`);
  return result;
}

/** Something whose processor time is stated beside the rate. */
export interface Consumer {
  readonly name: string;
  /** Processor seconds that it has used. */
  cpuSeconds(): number;
}

/**
 * The same load on every node at once, its connections spread over them, and what of the machine everybody took. Of the latencies the worst
 * node's count.
 *
 * @param bodies  of the task: one file for all nodes, or one for each
 */
export async function measured(
  findings: Findings,
  folder: string,
  name: string,
  nodes: readonly RunningBenchService[],
  { connections, bodies, ...task }: Omit<LoadTask, 'url' | 'bodies'> & { readonly bodies?: string | readonly string[] },
  consumers: readonly Consumer[] = [],
): Promise<void> {
  const all: readonly Consumer[] = [
    { name: 'service', cpuSeconds: () => nodes.reduce((sum, node) => sum + node.cpuSeconds(), 0) },
    ...consumers,
  ];
  const before = all.map((consumer) => consumer.cpuSeconds());
  const started = performance.now();
  const each = Math.ceil(connections / nodes.length);
  const results = await Promise.all(
    nodes.map(({ url }, index) => {
      const mine = Array.isArray(bodies) ? bodies[index] : bodies;
      return load(folder, { ...task, url, connections: each, ...(mine !== undefined && { bodies: mine }) });
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const sum = (of: (result: LoadResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const worst = (of: (result: LoadResult) => number): number => Math.max(...results.map(of));
  findings.row(
    `${name}.rate`,
    'requests/s',
    sum(({ perSecond }) => perSecond),
  );
  findings.row(
    `${name}.p50`,
    'ms',
    worst(({ p50 }) => p50),
  );
  findings.row(
    `${name}.p99`,
    'ms',
    worst(({ p99 }) => p99),
  );
  findings.row(
    `${name}.max`,
    'ms',
    worst(({ max }) => max),
  );
  for (const [index, consumer] of all.entries())
    findings.row(`${name}.cpu-of-${consumer.name}`, 'cores', (consumer.cpuSeconds() - (before[index] ?? 0)) / seconds);
  findings.row(
    `${name}.cpu-of-load`,
    'cores',
    sum(({ cpu }) => cpu),
  );
  for (const { indications } of results)
    findings.say(`${name}: ${JSON.stringify(indications)} of the answers looked at`);
}
