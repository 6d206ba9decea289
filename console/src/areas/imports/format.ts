import { numberText } from '../../words/formats.ts';
import type { Import, ImportState } from './api.ts';

const kinds = {
  receiving: 'waiting',
  checking: 'waiting',
  checked: 'care',
  running: 'waiting',
  paused: 'care',
  done: 'good',
  cancelled: 'idle',
  failed: 'bad',
} as const satisfies Record<ImportState, string>;

export const kindOf = (state: ImportState) => kinds[state];

export const isWorking = ({ state }: Import): boolean => state === 'checking' || state === 'running';

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${numberText(bytes)} B`;
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${numberText(Math.round(kilo))} KB` : `${numberText(Math.round(kilo / 102.4) / 10)} MB`;
}
