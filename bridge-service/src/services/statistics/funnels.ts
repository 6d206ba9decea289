import type { Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { StatisticsCell } from '../ports/statistics-store.ts';
import { readFigures } from './figures.ts';
import { type AskedSpan, readSpan } from './span.ts';

export const funnelSteps = {
  login: ['challenge', 'token', 'passed'],
  ticket: ['ticket', 'ticket-passed', 'signature', 'signature-passed'],
} as const;

export interface FunnelStep {
  readonly step: (typeof funnelSteps)['login' | 'ticket'][number];
  readonly count: number;
}

export interface Funnels {
  readonly from: string;
  readonly until: string;
  /** Challenge given, login token presented, passed. */
  readonly login: readonly FunnelStep[];
  /** Of those who came with no token, the ones that platforms told of. */
  readonly gaveUp: number;
  /** Ticket presented and passed, signatures presented and passed: not every signature has a ticket. */
  readonly ticket: readonly FunnelStep[];
  /** From the challenge to the token. */
  readonly waits: {
    readonly classes: readonly { readonly seconds: number; readonly count: number }[];
    /** Seconds that half of them, and nine in ten, took at most, as the upper bound of a class; null without any. */
    readonly half: number | null;
    readonly nineInTen: number | null;
  };
}

/** How far people come. Steps are counted by when each happened, so a span may end between two steps of one person. */
export async function funnels(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  caller: Caller,
  asked: AskedSpan,
): Promise<Funnels> {
  const span = readSpan(clock(), caller, asked);
  const { cells, waits: classes } = await readFigures(store, span);
  const count = (action: string, outcome?: string): number => sumOf(cells, action, outcome);
  return {
    ...{ from: span.from, until: span.until },
    login: [
      { step: 'challenge', count: count('challenge.open') },
      { step: 'token', count: count('login.judge') },
      { step: 'passed', count: count('login.judge', 'passed') },
    ],
    gaveUp: count('login.give-up'),
    ticket: [
      { step: 'ticket', count: count('ticket.verify') },
      { step: 'ticket-passed', count: count('ticket.verify', 'passed') },
      { step: 'signature', count: count('signature.verify') },
      { step: 'signature-passed', count: count('signature.verify', 'passed') },
    ],
    waits: { classes, half: quantile(classes, 0.5), nineInTen: quantile(classes, 0.9) },
  };
}

function sumOf(rows: readonly StatisticsCell[], action: string, outcome: string | undefined): number {
  return rows
    .filter((row) => row.action === action && (outcome === undefined || row.outcome === outcome))
    .reduce((sum, { count }) => sum + count, 0);
}

function quantile(classes: Funnels['waits']['classes'], part: number): number | null {
  const all = classes.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { seconds, count } of classes) {
    seen += count;
    if (seen >= all * part && seen > 0) return seconds;
  }
  return null;
}
