import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Json, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const checkout = fileURLToPath(new URL('../../', import.meta.url));

interface Example {
  readonly remark: string;
  readonly words: readonly string[];
}

/** Every `# remark` and the command below it. */
function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(path.join(checkout, 'docs', page), 'utf8').replaceAll('\\\n', ' ');
  return [...text.matchAll(/^# (.*)\nonelock (.*)$/gm)].map(([, remark = '', command = '']) => ({
    remark,
    words: command.split(/\s+/).filter((word) => word !== ''),
  }));
}
const examples = examplesOf('guide/judgement.md');
const absolute = (word: string): string => (word.startsWith('vectors/') ? path.join(checkout, word) : word);

describe('the examples of the page on judgements', () => {
  it.each(examples.map(({ remark, words }) => [remark, words] as const))('%s', (remark, words) => {
    const { value } = onelockJson(words.map(absolute));
    const report = words.includes('--explain') ? (value.report as Json) : value;
    const indication = /passed|failed|indeterminate/.exec(remark)?.[0] ?? 'passed';
    expect(report).toMatchObject({ indication });
    expect(report.reason?.code).toBe(/ERR_[A-Z_]+/.exec(remark)?.[0]);
    const symptom = /signature-as-two-numbers/.exec(remark)?.[0];
    if (symptom !== undefined) expect(JSON.stringify(value)).toContain(symptom);
  });

  it('are the same in both languages', () => {
    expect(examples.length).toBeGreaterThan(6);
    expect(examplesOf('en/guide/judgement.md').map(({ words }) => words)).toEqual(examples.map(({ words }) => words));
  });
});
