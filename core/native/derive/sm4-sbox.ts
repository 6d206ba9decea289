// Derives the bit-sliced S-box of SM4 (GB/T 32907-2016 §6.2) and prints it as C: node sm4-sbox.ts > ../src/sm4_sbox.h
//
// S(x) = A·(A·x + c)^-1 + c over GF(2)[X]/(X^8+X^7+X^6+X^5+X^4+X^2+1), A circulant, c = 0xD3. The inverse is computed in the tower
// GF(4) = GF(2)[w]/(w²+w+1), GF(16) = GF(4)[z]/(z²+z+w), GF(256) = GF(16)[y]/(y²+y+λ): for a·y + b it is
// (a·y + a + b)·(λa² + ab + b²)^-1. The change of basis is folded into both affine layers, whose XORs are then shared greedily
// (the pair that occurs most often first). Everything found is checked against the definition for all 256 inputs.

const polynomial = 0x1f5;
const affineConstant = 0xd3;

function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if ((product >> bit) & 1) product ^= polynomial << (bit - 8);
  return product;
}

function inverse(a: number): number {
  let result = 1;
  for (let i = 0; i < 254; i++) result = multiply(result, a);
  return result;
}

const parity = (x: number): number => {
  let bits = x;
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return bits & 1;
};

/** A matrix as eight rows; bit j of row i says that output bit i takes input bit j. */
type Matrix = readonly number[];
const apply = (matrix: Matrix, x: number): number => matrix.reduce((out, row, i) => out | (parity(row & x) << i), 0);
const fromColumns = (columns: readonly number[]): Matrix =>
  Array.from({ length: 8 }, (_, i) => columns.reduce((row, column, j) => row | (((column >> i) & 1) << j), 0));
const times = (a: Matrix, b: Matrix): Matrix =>
  fromColumns(Array.from({ length: 8 }, (_, j) => apply(a, apply(b, 1 << j))));

function invertMatrix(matrix: Matrix): Matrix | undefined {
  const table = new Map<number, number>();
  for (let x = 0; x < 256; x++) table.set(apply(matrix, x), x);
  return table.size === 256 ? fromColumns(Array.from({ length: 8 }, (_, j) => table.get(1 << j) ?? 0)) : undefined;
}

/** The circulant matrix that gives the first values of the published table: D6 90 E9 FE CC E1 3D B7. */
function findAffineMatrix(): Matrix {
  const published = [0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7];
  for (let row = 0; row < 256; row++) {
    const matrix = Array.from({ length: 8 }, (_, i) => ((row << i) | (row >> (8 - i))) & 0xff);
    const s = (x: number): number => apply(matrix, inverse(apply(matrix, x) ^ affineConstant)) ^ affineConstant;
    if (published.every((value, x) => s(x) === value)) return matrix;
  }
  throw new Error('no circulant matrix gives the published table');
}

// Tower arithmetic on integers: GF(4) in 2 bits, GF(16) in 4, GF(256) in 8, the high half being the coefficient of w, z, y.
const multiply4 = (a: number, b: number): number => {
  const high = (a >> 1) & (b >> 1);
  const low = a & b & 1;
  const cross = ((a ^ (a >> 1)) & (b ^ (b >> 1)) & 1) ^ low;
  return ((cross & 1) << 1) | (low ^ high);
};
const multiply16 = (a: number, b: number): number => {
  const [ah, al, bh, bl] = [a >> 2, a & 3, b >> 2, b & 3];
  const high = multiply4(ah, bh);
  const low = multiply4(al, bl);
  return ((multiply4(ah ^ al, bh ^ bl) ^ low) << 2) | (low ^ multiply4(high, 2));
};
const multiply256 = (a: number, b: number, lambda: number): number => {
  const [ah, al, bh, bl] = [a >> 4, a & 15, b >> 4, b & 15];
  const high = multiply16(ah, bh);
  const low = multiply16(al, bl);
  return ((multiply16(ah ^ al, bh ^ bl) ^ low) << 4) | (low ^ multiply16(high, lambda));
};

/** Maps tower coordinates to the standard's basis: columns are the images of 1, w, z, zw, y, yw, yz, yzw. */
function* isomorphisms(): Generator<{ lambda: number; toStandard: Matrix }> {
  const all = Array.from({ length: 256 }, (_, x) => x);
  const squarePlus = (x: number): number => multiply(x, x) ^ x;
  for (const w of all.filter((x) => squarePlus(x) === 1)) {
    for (const z of all.filter((x) => squarePlus(x) === w)) {
      for (let lambda = 1; lambda < 16; lambda++) {
        if (Array.from({ length: 16 }, (_, x) => multiply16(x, x) ^ x).includes(lambda)) continue;
        const lift = (t: number): number =>
          (t & 1 ? 1 : 0) ^ (t & 2 ? w : 0) ^ (t & 4 ? z : 0) ^ (t & 8 ? multiply(z, w) : 0);
        for (const y of all.filter((x) => squarePlus(x) === lift(lambda))) {
          const columns = [1, 2, 4, 8].map(lift).concat([1, 2, 4, 8].map((t) => multiply(y, lift(t))));
          yield { lambda, toStandard: fromColumns(columns) };
        }
      }
    }
  }
}

interface LinearProgram {
  readonly lines: readonly string[];
  readonly xors: number;
}

/** XORs for `out = rows · in`, sharing the most frequent pair until none occurs twice (Paar 1997). */
function linearProgram(rows: Matrix, input: string, output: string): LinearProgram {
  const names = Array.from({ length: 8 }, (_, j) => `${input}${j}`);
  const sets = rows.map((row) => new Set(names.filter((_, j) => (row >> j) & 1)));
  const lines: string[] = [];
  for (;;) {
    const count = new Map<string, number>();
    for (const set of sets) {
      const members = [...set].sort();
      members.forEach((a, i) => {
        for (const b of members.slice(i + 1)) count.set(`${a} ${b}`, (count.get(`${a} ${b}`) ?? 0) + 1);
      });
    }
    const [best, times] = [...count].reduce<[string, number]>(
      (top, entry) => (entry[1] > top[1] ? entry : top),
      ['', 1],
    );
    if (times < 2) break;
    const [a = '', b = ''] = best.split(' ');
    const fresh = `${output}s${lines.length}`;
    lines.push(`plane ${fresh} = ${a} ^ ${b};`);
    for (const set of sets) {
      if (set.has(a) && set.has(b)) {
        set.delete(a);
        set.delete(b);
        set.add(fresh);
      }
    }
  }
  const shared = lines.length;
  const sums = sets.map((set, i) => `plane ${output}${i} = ${[...set].join(' ^ ')};`);
  return { lines: [...lines, ...sums], xors: shared + sets.reduce((sum, set) => sum + set.size - 1, 0) };
}

const affine = findAffineMatrix();
const sbox = (x: number): number => apply(affine, inverse(apply(affine, x) ^ affineConstant)) ^ affineConstant;

const candidates = [...isomorphisms()].flatMap(({ lambda, toStandard }) => {
  const toTower = invertMatrix(toStandard);
  if (toTower === undefined) return [];
  const before = times(toTower, affine);
  const after = times(affine, toStandard);
  const constant = apply(toTower, affineConstant);
  const towerInverse = (t: number): number => {
    for (let candidate = 1; candidate < 256; candidate++) if (multiply256(t, candidate, lambda) === 1) return candidate;
    return 0;
  };
  for (let x = 0; x < 256; x++) {
    if ((apply(after, towerInverse(apply(before, x) ^ constant)) ^ affineConstant) !== sbox(x))
      throw new Error('the tower does not give the S-box');
  }
  const first = linearProgram(before, 'x', 'a');
  const last = linearProgram(after, 'v', 'r');
  return [{ lambda, constant, first, last, xors: first.xors + last.xors }];
});
const best = candidates.reduce((low, candidate) => (candidate.xors < low.xors ? candidate : low));

const complement = (name: string, constant: number): string[] =>
  Array.from({ length: 8 }, (_, i) => ((constant >> i) & 1 ? [`${name}${i} = ~${name}${i};`] : [])).flat();

/** λ·a² as XORs of the four planes of a GF(16) element: squaring is linear. */
const squareScaleLines = (lambda: number, input: readonly string[], output: string): string[] =>
  Array.from({ length: 4 }, (_, i) => {
    const terms = [0, 1, 2, 3]
      .filter((j) => (multiply16(lambda, multiply16(1 << j, 1 << j)) >> i) & 1)
      .map((j) => input[j]);
    return `plane ${output}${i} = ${terms.join(' ^ ')};`;
  });

const body = [
  ...best.first.lines,
  ...complement('a', best.constant),
  '/* delta = lambda*h^2 + h*l + l^2 for h = a4..a7, l = a0..a3 */',
  ...squareScaleLines(best.lambda, ['a4', 'a5', 'a6', 'a7'], 'p'),
  ...squareScaleLines(1, ['a0', 'a1', 'a2', 'a3'], 'q'),
  'plane m0, m1, m2, m3;',
  'GF16_MULTIPLY(m, a4, a5, a6, a7, a0, a1, a2, a3)',
  ...[0, 1, 2, 3].map((i) => `plane d${i} = p${i} ^ q${i} ^ m${i};`),
  '/* its inverse in GF(16), again by the tower: h2 = d2,d3, l2 = d0,d1; e = w*h2^2 + h2*l2 + l2^2 in GF(4), inverse = square */',
  'plane n0, n1;',
  'GF4_MULTIPLY(n, d2, d3, d0, d1)',
  // w*(h1 w + h0)^2: square (h1 w + h0)^2 = h1 w + (h0 + h1); times w: coefficient w: h0 + h1 + h1 = h0, constant: h1
  'plane e0 = d3 ^ n0 ^ d0 ^ d1;',
  'plane e1 = d2 ^ n1 ^ d1;',
  'plane f0 = e0 ^ e1, f1 = e1; /* e^-1 = e^2 */',
  'plane g0, g1, g2, g3;',
  'plane s0 = d0 ^ d2, s1 = d1 ^ d3;',
  'GF4_MULTIPLY_INTO(g2, g3, d2, d3, f0, f1)',
  'GF4_MULTIPLY_INTO(g0, g1, s0, s1, f0, f1)',
  '/* v = (h*delta^-1) y + (h + l)*delta^-1 */',
  ...[0, 1, 2, 3].map((i) => `plane t${i} = a${i} ^ a${i + 4};`),
  'plane v0, v1, v2, v3, v4, v5, v6, v7;',
  'GF16_MULTIPLY_INTO(v4, v5, v6, v7, a4, a5, a6, a7, g0, g1, g2, g3)',
  'GF16_MULTIPLY_INTO(v0, v1, v2, v3, t0, t1, t2, t3, g0, g1, g2, g3)',
  ...best.last.lines,
  ...complement('r', affineConstant),
  ...Array.from({ length: 8 }, (_, i) => `x[${i}] = r${i};`),
];

process.stdout.write(`/*
 * Generated by ../derive/sm4-sbox.ts; do not edit. The S-box of SM4 (GB/T 32907-2016 §6.2) on eight bit planes, without
 * tables or branches: plane i holds bit i of every byte. Linear layers: ${best.xors} XORs; lambda = ${best.lambda}.
 */
#ifndef GF4_MULTIPLY_INTO
/* GF(4) = GF(2)[w]/(w^2+w+1), one AND fewer by Karatsuba; operands (low, high). */
#define GF4_MULTIPLY_INTO(O0, O1, A0, A1, B0, B1)           \\
  {                                                          \\
    plane low_ = (A0) & (B0), high_ = (A1) & (B1);           \\
    O1 = (((A0) ^ (A1)) & ((B0) ^ (B1))) ^ low_;             \\
    O0 = low_ ^ high_;                                       \\
  }
#define GF4_MULTIPLY(O, A0, A1, B0, B1) GF4_MULTIPLY_INTO(O##0, O##1, A0, A1, B0, B1)
/* GF(16) = GF(4)[z]/(z^2+z+w): (h z + l): high = (ah+al)(bh+bl) + al*bl, low = al*bl + w*ah*bh; w*(h1 w + h0) = (h0+h1) w + h1 */
#define GF16_MULTIPLY_INTO(O0, O1, O2, O3, A0, A1, A2, A3, B0, B1, B2, B3)                   \\
  {                                                                                           \\
    plane hh0_, hh1_, ll0_, ll1_, cc0_, cc1_;                                                 \\
    plane ka0_ = (A0) ^ (A2), ka1_ = (A1) ^ (A3), kb0_ = (B0) ^ (B2), kb1_ = (B1) ^ (B3);     \\
    GF4_MULTIPLY_INTO(hh0_, hh1_, A2, A3, B2, B3)                                             \\
    GF4_MULTIPLY_INTO(ll0_, ll1_, A0, A1, B0, B1)                                             \\
    GF4_MULTIPLY_INTO(cc0_, cc1_, ka0_, ka1_, kb0_, kb1_)                                     \\
    O2 = cc0_ ^ ll0_;                                                                         \\
    O3 = cc1_ ^ ll1_;                                                                         \\
    O0 = ll0_ ^ hh1_;                                                                         \\
    O1 = ll1_ ^ hh0_ ^ hh1_;                                                                  \\
  }
#define GF16_MULTIPLY(O, A0, A1, A2, A3, B0, B1, B2, B3) GF16_MULTIPLY_INTO(O##0, O##1, O##2, O##3, A0, A1, A2, A3, B0, B1, B2, B3)
#endif

PLANE_TARGET INLINE void PLANE(sbox)(plane x[8]) {
  plane ${Array.from({ length: 8 }, (_, j) => `x${j} = x[${j}]`).join(', ')};
${body.map((line) => `  ${line}`).join('\n')}
}
`);
