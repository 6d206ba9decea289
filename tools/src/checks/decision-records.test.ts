import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../docs/adr/', import.meta.url));
const records = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));

describe('the decision records', () => {
  it('have a number of their own each, without a gap, and say it in their title, with their state', () => {
    expect(records.map((name) => name.slice(0, 4))).toEqual(
      records.map((_, index) => String(index + 1).padStart(4, '0')),
    );
    for (const name of records) {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      expect(text, name).toMatch(/^- Status: \S/m);
      expect(text, name).toMatch(new RegExp(`^# ADR ${name.slice(0, 4)}: \\S`));
    }
  });

  it('are found where others point to them', () => {
    const dead = records.flatMap((name) => {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      return [...text.matchAll(/\/adr\/([\w-]+)/g)].flatMap(([, target]) =>
        records.includes(`${target}.md`) ? [] : [`${name}: ${target}`],
      );
    });
    expect(dead).toEqual([]);
  });
});
