import type { ShellChoice } from '../config.ts';
import { createChromiumShell, findChromium } from './chromium-shell.ts';
import { createPrintShell } from './print-shell.ts';
import type { Shell } from './shell.ts';

export interface ShellSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stateDir: string;
  readonly print: (url: string) => void;
}

/** The shell asked for, or for `auto` the best one that works here. `chromium` where there is none falls back to `print`. */
export function pickShell(choice: ShellChoice, surroundings: ShellSurroundings): Shell {
  const executable = choice === 'print' ? undefined : findChromium(surroundings.environment);
  return executable === undefined
    ? createPrintShell(surroundings.print)
    : createChromiumShell(executable, surroundings.stateDir);
}
