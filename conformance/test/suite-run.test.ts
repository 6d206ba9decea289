import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import type { CommandContext } from '../src/commands/command.ts';
import { suiteRun } from '../src/commands/suite-run.ts';
import { plannedSuiteNames } from '../src/suites/suite.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

requireReal('published cases', publishedVector('wycheproof'))('onelock suite run', (folder) => {
  const rsa = path.join(folder, 'rsa_signature_2048_sha256_test.json');

  it('names the choices that were ours, closes with the counts and ends with 0 when nothing failed', () => {
    const { status, stdout } = onelock(['suite', 'run', 'wycheproof', rsa]);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('259 passed, 0 failed, 0 skipped');
    expect(stdout).toContain('- invalid 1: the suite leaves the choice: Missing NULL in the ASN encoding');
  });

  it('prints one object with every case for --json', () => {
    const { status, value } = onelockJson(['suite', 'run', 'wycheproof', rsa]);
    expect(status).toBe(0);
    expect(value).toMatchObject({ suite: 'wycheproof', passed: 259, failed: 0, skipped: 0 });
    const cases = value.cases as readonly Record<string, unknown>[];
    expect(cases).toHaveLength(259);
    for (const result of cases) expect(Object.keys(result)).toEqual(['id', 'expected', 'got', 'outcome', 'reason']);
  });

  it('does not call a run good in which nothing passed', () => {
    const { status, stdout } = onelock(['suite', 'run', 'wycheproof', path.join(folder, 'aes_cmac_test.json')]);
    expect(status).toBe(1);
    expect(stdout).toContain('0 passed, 0 failed, 311 skipped');
  });

  it('ends with 2 for a file of another form', () => {
    const { status, stderr } = onelock(['suite', 'run', 'limbo', rsa]);
    expect(status).toBe(2);
    expect(stderr).toContain('[ERR_SUITE_FORMAT]');
  });
});

describe('suites without a runner', () => {
  const context: CommandContext = { locale: 'en', json: false, now: new Date(), write: () => expect.unreachable() };
  const outcome = async (...words: readonly string[]): Promise<unknown> => {
    try {
      return await suiteRun(words, context);
    } catch (error) {
      return error;
    }
  };

  it.each(plannedSuiteNames)('%s is refused as wrong use, never reported as run', async (suite) => {
    const failure = await outcome(suite, '.');
    expect(failure).toFailWith('ERR_CLI_USAGE');
    expect(failure).toMatchObject({ params: { detail: expect.stringContaining('has no runner yet') } });
  });

  it('a name that is no suite and a missing path are wrong use', async () => {
    expect(await outcome('nonsense', '.')).toFailWith('ERR_CLI_USAGE');
    expect(await outcome('limbo')).toFailWith('ERR_CLI_USAGE');
  });

  it('the command ends with 2 and says what there is', () => {
    const { status, stdout, stderr } = onelock(['suite', 'run', 'pdf', '.']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('wycheproof, limbo');
  });
});
