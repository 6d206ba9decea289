import { setImmediate } from 'node:timers/promises';
import { isCodedError } from '@onelock/core/errors';
import { FuzzRandom, mutate } from './mutate.ts';

/** What is known of one parser, over all runs. */
export interface FuzzTally {
  /** Of the processor, in all runs: on a busy machine they last longer. */
  readonly seconds: number;
  /** By the clock, in the runs since it is counted. */
  readonly clockSeconds: number;
  readonly executions: number;
  readonly parsed: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** Where the numbers go on. */
  readonly random: number;
}

export const freshTally = (seed: number): FuzzTally => ({
  ...{ seconds: 0, clockSeconds: 0, executions: 0, parsed: 0, refused: 0, slowestMs: 0, random: seed },
});

/** Something thrown that is no coded error, or more than a second: with the bytes that did it, in hexadecimal. */
export interface FuzzFinding {
  readonly what: string;
  readonly bytes: string;
}

const mostMs = 1000;

/** Feeds a parser with mutations of its seeds for some seconds. Seeds that it reads come first and most often. */
export async function fuzz(
  parse: (bytes: Uint8Array) => unknown,
  seeds: readonly Uint8Array[],
  seconds: number,
  before: FuzzTally,
): Promise<{ readonly tally: FuzzTally; readonly findings: readonly FuzzFinding[] }> {
  const own = seeds.filter((seed) => tryParse(parse, seed).outcome === 'parsed');
  const pool = own.length === 0 ? seeds : own;
  const random = new FuzzRandom(before.random);
  const findings: FuzzFinding[] = [];
  let { executions, parsed, refused, slowestMs } = before;
  const started = processorMs();
  const startedAt = performance.now();
  let spent = 0;
  while (spent < seconds * 1000 && findings.length < 5) {
    const from = random.next(20) === 0 ? seeds : pool;
    const bytes = mutate(from[random.next(from.length)] ?? new Uint8Array(), random, seeds);
    const { outcome, ms } = undisturbed(parse, bytes);
    executions++;
    if (outcome === 'parsed') parsed++;
    else if (outcome === 'refused') refused++;
    slowestMs = Math.max(slowestMs, ms);
    if (outcome.startsWith('threw') || ms > mostMs)
      findings.push({
        what: ms > mostMs ? `${Math.round(ms)} ms` : outcome,
        bytes: Buffer.from(bytes).toString('hex'),
      });
    spent = processorMs() - started;
    if (executions % 1024 === 0) await setImmediate();
  }
  const tally = {
    ...{ executions, parsed, refused, slowestMs: Number(slowestMs.toFixed(1)), random: random.state },
    seconds: Number((before.seconds + spent / 1000).toFixed(1)),
    clockSeconds: Number((before.clockSeconds + (performance.now() - startedAt) / 1000).toFixed(1)),
  };
  return { tally, findings };
}

const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** A run that was slow may have waited for the processor: the fastest of three counts. */
function undisturbed(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): ReturnType<typeof tryParse> {
  let best = tryParse(parse, bytes);
  for (let again = 0; again < 2 && best.ms > mostMs / 10; again++) {
    const next = tryParse(parse, bytes);
    if (next.ms < best.ms) best = next;
  }
  return best;
}

function tryParse(
  parse: (bytes: Uint8Array) => unknown,
  bytes: Uint8Array,
): { readonly outcome: string; readonly ms: number } {
  const started = processorMs();
  let outcome = 'parsed';
  try {
    parse(bytes);
  } catch (error) {
    outcome = isCodedError(error) ? 'refused' : `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
  return { outcome, ms: processorMs() - started };
}
