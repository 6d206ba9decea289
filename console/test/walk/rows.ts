import type { Walk } from './walk.ts';

/** One way through an area: walked in Chinese first, then in English, by keyboard alone. */
export interface WalkRow {
  /** Folder of `console/src/areas`. */
  readonly area: string;
  /** A sentence for the title of the test. */
  readonly title: string;
  run(walk: Walk): Promise<void>;
}
