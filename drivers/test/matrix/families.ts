import { gmFamily, openPgpFamily, pivFamily } from './cards.ts';
import type { MatrixFamily } from './matrix-family.ts';
import { p11Family } from './p11.ts';
import { skfFamily } from './skf.ts';
import { softFamily } from './soft.ts';
import { softHsmFamily } from './softhsm.ts';

/** The columns of the matrix, in the order in which they are printed. */
export const matrixFamilies: readonly MatrixFamily[] = [
  softFamily,
  skfFamily,
  softHsmFamily,
  p11Family,
  pivFamily,
  gmFamily,
  openPgpFamily,
];
