import { CodedError } from '@onelock/core/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../consent/prompt.ts';
import type { ActQuestion, PinView } from '../consent/question.ts';
import type { WindowView } from './view.ts';
import { WindowSession } from './window-session.ts';

const pin: PinView = {
  retriesLeft: 3,
  low: false,
  locked: false,
  lastTry: false,
  isDefault: false,
  minLength: 6,
  maxLength: 16,
};
const question: ActQuestion = {
  kind: 'act',
  act: 'signData',
  origin: 'https://a',
  key: {
    organization: null,
    commonName: null,
    creditCode: null,
    issuer: 'CA',
    serialNumber: '01',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    validity: 'valid',
    algorithm: 'SM2',
    device: 'key',
  },
  device: { label: 'key', vendor: '', serialNumber: '01' },
  stated: null,
  content: null,
  facts: [],
  items: [],
  incoming: null,
  session: null,
  unlock: 'pin',
  vouched: null,
  pinOnDevice: false,
  pin,
  newPin: null,
};
const typed = { kind: 'pin', pin: '123456', lastTryAccepted: false } as const;

// Time passes as the tests say, however busy the machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const worked = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function open<T>(attempt: Attempt<T>, timeoutMs = 60_000) {
  const session = new WindowSession({ question, language: 'auto', timeoutMs, attempt });
  const views: WindowView[] = [];
  const leave = session.subscribe((view) => views.push(view));
  const outcome = session.result.catch((error: unknown) => error);
  return { session, views, leave, outcome };
}

describe('a window’s question', () => {
  it('gives its ticket away once', async () => {
    const { session, outcome } = open(() => Promise.resolve({ kind: 'done', value: 1 }));
    expect([session.redeem(), session.redeem()]).toEqual([true, false]);
    session.cancel();
    await outcome;
    expect(session.redeem()).toBe(false);
  });

  it('hands each answer on once, refuses those out of turn, and asks again', async () => {
    const tried: unknown[] = [];
    const { session, views, outcome } = open<string>(async (answer) => {
      tried.push(answer);
      if (tried.length > 1) return { kind: 'done', value: 'signed' };
      return { kind: 'again', problem: { code: 'ERR_TOKEN_PIN_INCORRECT', params: { retriesLeft: 2 } }, pin };
    });
    expect(() => session.answer(1, typed)).toFailWith('ERR_REQUEST_CONFLICT');
    await pass(550);
    session.answer(1, typed);
    expect(() => session.answer(1, typed)).toFailWith('ERR_REQUEST_CONFLICT');
    await pass(5);
    expect(() => session.answer(1, typed)).toFailWith('ERR_REQUEST_CONFLICT');
    session.answer(2, typed);
    expect(await outcome).toBe('signed');
    expect(tried.length).toBe(2);
    expect(views.map(({ phase }) => phase)).toEqual(['asking', 'working', 'asking', 'working', 'done']);
    expect(views[2]?.problem?.code).toBe('ERR_TOKEN_PIN_INCORRECT');
  });

  it('is not cancelled by closing once the answer is being carried out', async () => {
    const { session, leave, outcome } = open(async () => {
      await worked(100);
      return { kind: 'done', value: 'signed' };
    });
    await pass(550);
    session.answer(1, typed);
    leave();
    session.cancel();
    await pass(100);
    expect(await outcome).toBe('signed');
  });

  it('may be cancelled while the person types on the device, and takes back what comes of it', async () => {
    const typing = Promise.withResolvers<string>();
    const undone: string[] = [];
    const carriedOut: string[] = [];
    const { session, views, outcome } = open(async (_answer, window) => {
      const unlocked = await window.onDevice(
        () => typing.promise,
        async (value) => void undone.push(value),
      );
      carriedOut.push(unlocked);
      return { kind: 'done', value: unlocked };
    });
    await pass(550);
    session.answer(1, typed);
    expect(views.at(-1)).toMatchObject({ phase: 'on-device', cancellable: true });
    session.cancel();
    expect(await outcome).toFailWith('ERR_USER_CANCELLED');
    typing.resolve('unlocked');
    await pass(20);
    expect({ undone, carriedOut }).toEqual({ undone: ['unlocked'], carriedOut: [] });
    expect(views.map(({ phase }) => phase)).toEqual(['asking', 'working', 'on-device', 'failed']);
  });

  it('is cancelled on the device alone when nothing can be taken back', async () => {
    const typing = Promise.withResolvers<string>();
    const { session, views, outcome } = open(async (_answer, window) => ({
      kind: 'done',
      value: await window.onDevice(() => typing.promise, null),
    }));
    await pass(550);
    session.answer(1, typed);
    expect(views.at(-1)).toMatchObject({ phase: 'on-device', cancellable: false });
    session.cancel();
    typing.resolve('changed');
    expect(await outcome).toBe('changed');
  });

  it('times out while asking, never while the token works', async () => {
    const idle = open(() => Promise.resolve({ kind: 'done', value: 1 }), 30);
    await pass(30);
    expect(await idle.outcome).toFailWith('ERR_USER_TIMEOUT');
    const busy = open(async () => {
      await worked(200);
      return { kind: 'again', problem: null, pin };
    }, 600);
    await pass(550);
    busy.session.answer(1, typed);
    await pass(100);
    expect(busy.views.at(-1)?.phase).toBe('working');
    await pass(100);
    expect(await busy.outcome).toFailWith('ERR_USER_TIMEOUT');
  });

  it('turns what nobody foresaw into a coded error', async () => {
    const { session, views, outcome } = open(() => Promise.reject(new TypeError('boom')));
    await pass(550);
    session.answer(1, typed);
    expect(await outcome).toFailWith('ERR_AGENT_INTERNAL');
    expect(JSON.stringify(views)).not.toContain('boom');
  });

  it('ends from outside with the reason given', async () => {
    const { session, views, outcome } = open(() => Promise.resolve({ kind: 'done', value: 1 }));
    session.fail(new CodedError('ERR_TOKEN_REMOVED'));
    expect(await outcome).toFailWith('ERR_TOKEN_REMOVED');
    expect(views.at(-1)).toMatchObject({ phase: 'failed', problem: { code: 'ERR_TOKEN_REMOVED' } });
  });
});
