import type { Shell } from './shell.ts';

/** For machines without a display, and for tests: says the one-time address, and the person opens it. */
export function createPrintShell(print: (url: string) => void): Shell {
  return {
    name: 'print',
    open: (url) => {
      print(url);
      return Promise.resolve({ closed: new Promise<void>(() => undefined), close: () => Promise.resolve() });
    },
  };
}
