import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Attempt, Caller, Prompt } from '../consent/prompt.ts';
import type { Answer, Question } from '../consent/question.ts';
import { KnownSites } from '../platforms/known-sites.ts';
import type { Connection } from '../transport/connection.ts';
import type { Origin } from '../transport/origin.ts';
import { converse } from './dispatcher.ts';
import { EventSender } from './events.ts';
import { OriginRegistry } from './origin-registry.ts';
import { Permissions } from './permissions.ts';

const stranger = 'https://stranger.example' as Origin;
const known = 'https://ggzy.example.gov.cn' as Origin;
const hello = '{"jsonrpc":"2.0","id":"h","method":"hello","params":{"contractVersion":"1.0","client":"test"}}';

let folder: string;
let registry: OriginRegistry;
/** Ends the question that the person is looking at. */
let answer: (kind: 'allow' | 'deny') => void;

class SlowPerson implements Prompt {
  ask<T>(_question: Question, _caller: Caller, attempt: Attempt<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer = (kind) => {
        attempt({ kind } as Answer, { onDevice: (typing) => typing() }).then(
          (outcome) => outcome.kind === 'done' && resolve(outcome.value),
          reject,
        );
      };
    });
  }
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-idle-'));
  registry = new OriginRegistry(folder);
  await registry.allow(known, new Date());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function connect(origin: Origin) {
  const gone = new AbortController();
  const closings: string[] = [];
  const answers: object[] = [];
  const connection: Connection = {
    id: origin,
    origin,
    closed: gone.signal,
    send: (message) => void answers.push(message),
    close: (status, reason) => {
      closings.push(`${status} ${reason}`);
      gone.abort();
    },
  };
  const permissions = new Permissions(new KnownSites('any', null), registry, new SlowPerson(), () => new Date());
  const events = new EventSender(permissions, (error) => {
    throw error;
  });
  const listener = converse(
    {
      handlers: { listDevices: async () => ({ devices: [], incomplete: [] }) },
      permissions,
      events,
      greeting: () => ({
        product: 'OneLock',
        productVersion: '0.1.0',
        contractVersion: '1.0',
        backend: 'agent',
        capabilities: { calls: [], events: [], streams: false, maxFrameBytes: 4096 },
      }),
      onCallEnd: () => undefined,
    },
    connection,
  );
  listener.onText(hello);
  const call = (id: string): void =>
    listener.onText(JSON.stringify({ jsonrpc: '2.0', id, method: 'listDevices', params: {} }));
  return { closings, answers, call };
}

it('a stranger that the person is not asked about gives its place back after a minute; an allowed site keeps it', async () => {
  const idle = connect(stranger);
  const page = connect(known);
  await vi.advanceTimersByTimeAsync(59_000);
  expect([idle.closings, page.closings]).toEqual([[], []]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([idle.closings, page.closings]).toEqual([['1001 idle'], []]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect([idle.closings.length, page.closings.length]).toEqual([1, 0]);
});

it('a stranger is kept while the person thinks about it, and for good once it is allowed', async () => {
  const asking = connect(stranger);
  asking.call('a');
  await vi.advanceTimersByTimeAsync(170_000);
  expect(asking.closings).toEqual([]);
  answer('allow');
  await vi.waitFor(() => expect(asking.answers).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asking.closings).toEqual([]);
});

it('a stranger that was refused is not kept', async () => {
  const asking = connect(stranger);
  asking.call('a');
  await vi.advanceTimersByTimeAsync(70_000);
  answer('deny');
  await vi.waitFor(() => expect(asking.answers).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(50_000);
  expect(asking.closings).toEqual(['1001 idle']);
});
