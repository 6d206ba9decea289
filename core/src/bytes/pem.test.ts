import { describe, expect, it } from 'vitest';
import { decodePem, encodePem } from './pem.ts';

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);

describe('PEM', () => {
  it('reads back what it wrote, with lines of 64', () => {
    const text = encodePem('CERTIFICATE', bytes);
    expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect(decodePem(text)).toEqual([{ label: 'CERTIFICATE', bytes }]);
  });

  it('reads several blocks between explanations, with any line ends and trailing blanks', () => {
    const text = `subject=CN = x\r\n${encodePem('A', bytes).replaceAll('\n', ' \t\r\n')}words\n${encodePem('B C', new Uint8Array(0))}`;
    expect(decodePem(text).map(({ label }) => label)).toEqual(['A', 'B C']);
    expect(decodePem('no block at all')).toEqual([]);
  });

  it('names the line of an unfinished, mismatched or nested block and of a bad body', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['x\n-----BEGIN A-----\nAAAA\n', 2],
      ['-----BEGIN A-----\nAAAA\n-----END B-----\n', 3],
      ['-----END A-----\n', 1],
      ['-----BEGIN A-----\n-----BEGIN A-----\n', 2],
      ['-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n', 1],
      ['-----BEGIN A-----\nAAA\n-----END A-----\n', 1],
    ];
    for (const [text, line] of cases) {
      expect(() => decodePem(text)).toFailWith('ERR_BYTES_PEM_INVALID');
      expect(() => decodePem(text)).toThrow(expect.objectContaining({ params: { line } }));
    }
  });
});
