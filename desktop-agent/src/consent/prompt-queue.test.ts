import { CodedError } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import type { Attempt, Caller, Prompt } from './prompt.ts';
import { PromptQueue } from './prompt-queue.ts';
import type { Question } from './question.ts';

const limits = { waiting: 3, waitingPerOrigin: 2, waitingSites: 2, refusalsInRow: 2, restMs: 1_000 };

/** A prompt whose person is the test. */
class Asked implements Prompt {
  readonly open: { readonly origin: string; readonly answer: (value: unknown) => void; readonly refuse: () => void }[] =
    [];

  ask<T>(question: Question, _caller: Caller, _attempt: Attempt<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.open.push({
        origin: question.origin,
        answer: resolve as (value: unknown) => void,
        refuse: () => reject(new CodedError('ERR_USER_CANCELLED')),
      });
    });
  }
}

function setUp() {
  const person = new Asked();
  const clock = { now: 0 };
  const queue = new PromptQueue(person, () => clock.now, limits);
  const ask = (
    origin: string,
    signal = new AbortController().signal,
    kind: 'site' | 'pick' = 'pick',
  ): Promise<unknown> => {
    const question = kind === 'site' ? { kind, origin } : ({ kind, origin, purpose: 'sign', keys: [] } as const);
    const asked = queue.ask(question, { signal, language: 'auto' }, () => Promise.reject());
    return asked.catch((error: unknown) => error);
  };
  const askAsStranger = (origin: string): Promise<unknown> => ask(origin, undefined, 'site');
  return { person, clock, ask, askAsStranger };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the queue of windows', () => {
  it('opens one at a time, in order', async () => {
    const { person, ask } = setUp();
    const first = ask('https://a');
    const second = ask('https://b');
    await settle();
    expect(person.open.map(({ origin }) => origin)).toEqual(['https://a']);
    person.open[0]?.answer(1);
    expect(await first).toBe(1);
    await settle();
    expect(person.open.map(({ origin }) => origin)).toEqual(['https://a', 'https://b']);
    person.open[1]?.answer(2);
    expect(await second).toBe(2);
  });

  it('turns away what would wait too long, one site before the others', async () => {
    const { ask } = setUp();
    void ask('https://a');
    void ask('https://a');
    void ask('https://a');
    await expect(ask('https://a')).resolves.toFailWith('ERR_AGENT_RATE_LIMITED');
    void ask('https://b');
    await expect(ask('https://b')).resolves.toFailWith('ERR_AGENT_RATE_LIMITED');
  });

  it('keeps places for allowed sites, and lets them go before strangers', async () => {
    const { person, ask, askAsStranger } = setUp();
    for (const name of ['https://a', 'https://b', 'https://c']) void askAsStranger(name);
    await expect(askAsStranger('https://d')).resolves.toFailWith('ERR_AGENT_RATE_LIMITED');
    void ask('https://bid');
    for (const count of [1, 2, 3, 4]) {
      await settle();
      expect(person.open.length).toBe(count);
      person.open[count - 1]?.answer(count);
    }
    expect(person.open.map(({ origin }) => origin)).toEqual(['https://a', 'https://bid', 'https://b', 'https://c']);
  });

  it('forgets a caller that leaves while waiting, with the reason that it gives', async () => {
    const { person, ask } = setUp();
    void ask('https://a');
    const leaving = new AbortController();
    const waiting = ask('https://b', leaving.signal);
    leaving.abort(new CodedError('ERR_TOKEN_REMOVED'));
    await expect(waiting).resolves.toFailWith('ERR_TOKEN_REMOVED');
    person.open[0]?.answer(1);
    await settle();
    expect(person.open.length).toBe(1);
  });

  it('lets a site rest that was refused again and again; an answer in between clears it', async () => {
    const { person, clock, ask } = setUp();
    const answerNext = async (how: 'answer' | 'refuse'): Promise<void> => {
      const asked = ask('https://a');
      await settle();
      const open = person.open.at(-1);
      if (how === 'answer') open?.answer(1);
      else open?.refuse();
      await asked;
    };
    await answerNext('refuse');
    await answerNext('answer');
    await answerNext('refuse');
    await answerNext('refuse');
    await expect(ask('https://a')).resolves.toFailWith('ERR_AGENT_RATE_LIMITED');
    clock.now = 1_001;
    await answerNext('answer');
  });
});
