import { createNodeCrypto } from '@onelock/core/crypto/node';
import { describe, expect, it } from 'vitest';
import { judgeCase } from './judge-case.ts';
import type { CaseAnswer, SuiteCase } from './suite.ts';

const ops = createNodeCrypto();
const difference = { id: 'a::b', got: 'FAILURE', reason: 'a reason long enough for a reader' };
const recorded = new Map([[difference.id, difference]]);

const answering = (answer: CaseAnswer, accepted: readonly string[] = ['SUCCESS']): SuiteCase => ({
  id: 'a::b',
  expected: 'SUCCESS',
  accepted,
  run: () => answer,
});
const answered = (got: string): CaseAnswer => ({ kind: 'answered', got, reason: 'why' });

describe('judging a case', () => {
  it('passes an answer that the suite accepts and fails any other', () => {
    expect(judgeCase(answering(answered('SUCCESS')), ops, new Map()).outcome).toBe('passed');
    expect(judgeCase(answering(answered('FAILURE')), ops, new Map())).toMatchObject({
      outcome: 'failed',
      reason: 'why',
    });
  });

  it('skips with the reason what cannot be asked', () => {
    const result = judgeCase(answering({ kind: 'skipped', reason: 'no such algorithm' }), ops, new Map());
    expect(result).toMatchObject({ outcome: 'skipped', reason: 'no such algorithm' });
  });

  it('counts a known difference neither as passed nor as failed, and says what it got', () => {
    const result = judgeCase(answering(answered('FAILURE')), ops, recorded);
    expect(result).toMatchObject({ outcome: 'skipped', got: 'FAILURE' });
    expect(result.reason).toContain(difference.reason);
  });

  it('fails when a known difference has gone: an unexpected pass must be noticed', () => {
    expect(judgeCase(answering(answered('SUCCESS')), ops, recorded).outcome).toBe('failed');
  });

  it('fails when the difference is another than the known one', () => {
    expect(judgeCase(answering(answered('crash')), ops, recorded).outcome).toBe('failed');
  });

  it('fails a case that throws, even where a refusal is expected', () => {
    const crashing: SuiteCase = {
      id: 'a::c',
      expected: 'FAILURE',
      accepted: ['FAILURE'],
      run: () => {
        throw new Error('broken');
      },
    };
    expect(judgeCase(crashing, ops, new Map())).toMatchObject({ outcome: 'failed', got: 'crashed' });
  });
});
