import type { RouteOf } from './router/router.ts';

export type Role = 'operator' | 'supervisor' | 'administrator';

export const groups = ['today', 'registries', 'changes', 'supervision', 'system'] as const;
export type Group = (typeof groups)[number];

/** A page: its address, its title, who may see it. */
export interface ConsolePage extends RouteOf {
  /** Said in the title of the window. */
  readonly title: () => string;
  /** Everybody's, when absent. */
  readonly roles?: readonly Role[];
}

/** An entry of the menu; it is shown to whoever may see its page. */
export interface MenuEntry {
  readonly group: Group;
  readonly path: string;
  readonly label: () => string;
  /** Entries of a group stand by it; 10, 20, 30 … */
  readonly order: number;
}

/** One subject of the console: its pages, its entries of the menu. */
export interface Area {
  readonly pages: readonly ConsolePage[];
  readonly menu: readonly MenuEntry[];
}
