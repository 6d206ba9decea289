/** Judges the samples that core/native/test/endurance.c prints, by BigInt. */
const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

const modulo = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;

type Rule = (a: bigint, b: bigint, result: bigint, fieldR: bigint) => boolean;

const rules: Readonly<Record<string, Rule>> = {
  'field-multiply': (a, b, result, r) => modulo(result * r - a * b, p) === 0n && result < p,
  'field-square': (a, b, result, r) => a === b && modulo(result * r - a * a, p) === 0n,
  'field-subtract': (a, b, result) => result === modulo(a - b, p),
  'field-add': (a, b, result) => result === modulo(a + b, p),
  'field-half': (a, _, result) => modulo(result * 2n, p) === a,
  'field-inverse': (a, _, result, r) => (a === 0n ? result === 0n : modulo(result * a - r * r, p) === 0n),
  'field-bytes': (a, _, result) => a === result,
  'scalar-multiply': (a, b, result) => modulo(result * (1n << 256n) - a * b, n) === 0n && result < n,
  'scalar-subtract': (a, b, result) => result === modulo(a - b, n),
  'scalar-add': (a, b, result) => result === modulo(a + b, n),
  'scalar-inverse': (a, _, result) => (a === 0n ? result === 0n : modulo(result * a, n) === 1n),
  'scalar-bytes': (a, _, result) => a === result,
};

export interface Judged {
  readonly judged: number;
  readonly wrong: readonly string[];
  readonly operations: number;
}

/** @param output  of endurance.c, its last line in JSON */
export function judgeSamples(output: string): Judged {
  const lines = output.trim().split('\n');
  const summary = JSON.parse(lines.pop() ?? '') as { readonly limbs: number; readonly operations: number };
  const fieldR = 1n << (summary.limbs === 4 ? 256n : 261n);
  const wrong = lines.filter((line) => !isRight(line, fieldR));
  return { judged: lines.length, wrong, operations: summary.operations };
}

function isRight(line: string, fieldR: bigint): boolean {
  const [name = '', a = '', b = '', result = ''] = line.split(' ');
  return rules[name]?.(BigInt(`0x${a}`), BigInt(`0x${b}`), BigInt(`0x${result}`), fieldR) ?? false;
}
