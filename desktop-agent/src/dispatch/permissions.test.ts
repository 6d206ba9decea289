import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attempt, Caller, Prompt } from '../consent/prompt.ts';
import type { Answer, Question } from '../consent/question.ts';
import { KnownSites } from '../platforms/known-sites.ts';
import type { Origin } from '../transport/origin.ts';
import { OriginRegistry } from './origin-registry.ts';
import { Permissions } from './permissions.ts';

let folder: string;
let clock: number;
let asked: string[];
let permissions: Permissions;

/** A person who always answers the same; `close` is the window closed without an answer. */
class Person implements Prompt {
  answer: Answer['kind'] | 'close' = 'allow';

  async ask<T>(question: Question, _caller: Caller, attempt: Attempt<T>): Promise<T> {
    asked.push(question.origin);
    if (this.answer === 'close') throw new CodedError('ERR_USER_CANCELLED');
    const outcome = await attempt({ kind: this.answer } as Answer, { onDevice: (typing) => typing() });
    if (outcome.kind === 'done') return outcome.value;
    throw new CodedError('ERR_AGENT_INTERNAL');
  }
}

let person: Person;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-permissions-'));
  clock = Date.parse('2026-06-01T00:00:00Z');
  asked = [];
  person = new Person();
  permissions = new Permissions(new KnownSites('any', null), new OriginRegistry(folder), person, () => new Date(clock));
});

afterEach(() => rmSync(folder, { recursive: true }));

const admit = (site: string): Promise<unknown> =>
  permissions
    .admit(`https://${site}` as Origin, { signal: new AbortController().signal, language: 'auto' })
    .then(() => 'admitted')
    .catch((error: unknown) => error);

describe('a site that is new', () => {
  it('is asked about once, and known from then on', async () => {
    expect(await Promise.all([admit('a'), admit('a')])).toEqual(['admitted', 'admitted']);
    expect(await admit('a')).toBe('admitted');
    expect(asked).toEqual(['https://a']);
  });

  it('that was refused is refused without a question until the time is over', async () => {
    person.answer = 'deny';
    expect(await admit('a')).toFailWith('ERR_AGENT_ORIGIN_DENIED');
    expect(await admit('a')).toFailWith('ERR_AGENT_ORIGIN_DENIED');
    expect(asked.length).toBe(1);
    clock += 10 * 60_000;
    person.answer = 'allow';
    expect(await admit('a')).toBe('admitted');
  });

  it('whose window was only closed may ask again', async () => {
    person.answer = 'close';
    expect(await admit('a')).toFailWith('ERR_USER_CANCELLED');
    person.answer = 'allow';
    expect(await admit('a')).toBe('admitted');
  });
});

describe('a page with frames of many names', () => {
  it('gets a rest from asking after five noes in a row', async () => {
    person.answer = 'close';
    for (const name of ['a', 'b', 'c', 'd', 'e']) expect(await admit(name)).toFailWith('ERR_USER_CANCELLED');
    expect(await admit('f')).toFailWith('ERR_AGENT_RATE_LIMITED');
    expect(asked.length).toBe(5);
    clock += 60_000;
    person.answer = 'allow';
    expect(await admit('f')).toBe('admitted');
  });

  it('gets no more than a few windows a minute, whatever the answers', async () => {
    for (let count = 0; count < 24; count += 1) expect(await admit(`site-${count}`)).toBe('admitted');
    expect(await admit('one-more')).toFailWith('ERR_AGENT_RATE_LIMITED');
    expect(await admit('site-3')).toBe('admitted');
  });
});
