import { type Tallies, total } from './api.ts';

export type RateKind = 'good' | 'care' | 'bad' | 'idle';

const goodPart = 0.98;
const carePart = 0.9;

/** `98.6%`; `100%` only when all passed; null without any. */
export function rateText(tallies: Tallies): string | null {
  const all = total(tallies);
  if (all === 0) return null;
  if (tallies.passed === all) return '100%';
  const percent = Math.floor((tallies.passed / all) * 1_000) / 10;
  return `${percent.toFixed(1)}%`;
}

export function rateKind(tallies: Tallies): RateKind {
  const all = total(tallies);
  if (all === 0) return 'idle';
  const part = tallies.passed / all;
  if (part >= goodPart) return 'good';
  return part >= carePart ? 'care' : 'bad';
}
