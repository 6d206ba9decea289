import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningStack } from '../stack.ts';
import { type OpenWindow, openWindow, type WindowView } from './window-http.ts';

/** Buttons of the agent's windows are dead for half a second (click-jacking); people are slower than that anyway. */
const readingTimeMs = 600;

/** Somebody at the computer, who answers the agent's windows as they open. */
export interface Person {
  /** Says yes to a site that asks for the first time. @returns the origin that the window showed */
  allowSite(): Promise<string>;
  /** Confirms an act with the PIN. @returns what the window showed */
  confirm(pin: string): Promise<WindowView>;
  /** Types a wrong PIN, sees what the window says to it, and gives up. @returns the problem that was shown */
  failAndCancel(wrongPin: string): Promise<NonNullable<WindowView['problem']>>;
  leave(): void;
}

export function createPerson(stack: RunningStack): Person {
  const waiting: string[] = [];
  const wanted: ((address: string) => void)[] = [];
  const leave = stack.onWindow((address) => {
    const next = wanted.shift();
    if (next === undefined) waiting.push(address);
    else next(address);
  });

  const nextWindow = async (): Promise<{ readonly window: OpenWindow; readonly view: WindowView }> => {
    const address = waiting.shift() ?? (await new Promise<string>((resolve) => wanted.push(resolve)));
    const window = await openWindow(address);
    const view = await window.see(({ phase }) => phase === 'asking');
    await sleep(readingTimeMs);
    return { window, view };
  };
  const finish = async (window: OpenWindow): Promise<void> => {
    await window.see(({ phase }) => phase === 'done' || phase === 'failed');
    window.close();
  };

  return {
    async allowSite() {
      const { window, view } = await nextWindow();
      await window.answer(view.turn, { kind: 'allow' });
      await finish(window);
      return view.question.origin;
    },
    async confirm(pin) {
      const { window, view } = await nextWindow();
      await window.answer(view.turn, { kind: 'pin', pin, lastTryAccepted: false });
      await finish(window);
      return view;
    },
    async failAndCancel(wrongPin) {
      const { window, view } = await nextWindow();
      await window.answer(view.turn, { kind: 'pin', pin: wrongPin, lastTryAccepted: false });
      const { problem } = await window.see(({ turn, phase }) => turn > view.turn && phase === 'asking');
      await window.cancel();
      window.close();
      if (problem === null) throw new Error('the window said nothing to a wrong PIN');
      return problem;
    },
    leave,
  };
}
