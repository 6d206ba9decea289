import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createStory, refusalOf } from '../src/walk/story.ts';

const walk = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/walk.ts');

describe('the walk in the terminal', () => {
  it('goes through every journey as it must, and ends with 0', async () => {
    const run = promisify(execFile)(process.execPath, ['--conditions=onelock-source', walk, '--json']);
    const { stdout, stderr } = await run;
    const { different, steps } = JSON.parse(stdout) as { different: number; steps: { id: string; outcome: string }[] };
    expect(steps.filter(({ outcome }) => outcome !== 'as-expected')).toEqual([]);
    expect(different).toBe(0);
    expect(steps.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'sm2.login',
        'sm2.signature',
        'rsa.login',
        'rsa.signature',
        'tampered',
        'wrong-pin.window',
      ]),
    );
    expect(stderr).toContain('国密 SM2 双证书');
  });
});

describe('its arguments', () => {
  it.each([
    [['--help'], 0, 'onelock demo'],
    [['--nonsense'], 2, '--nonsense'],
  ])('%j end with status %i before anything starts', (args, status, named) => {
    const ended = spawnSync(process.execPath, ['--conditions=onelock-source', walk, ...args], { encoding: 'utf8' });
    expect(ended.status).toBe(status);
    expect(ended.stdout + ended.stderr).toContain(named);
    expect(ended.stderr).not.toContain('    at ');
  });
});

describe('its story', () => {
  it('tells what differs and goes on', () => {
    let told = '';
    const story = createStory((text) => {
      told += text;
    });
    story.check('a', 'passed', 'failed');
    story.check('b', 'passed', 'passed');
    expect(story.steps.map(({ outcome }) => outcome)).toEqual(['different', 'as-expected']);
    expect(told).toContain('应为 / expected passed，实为 / got failed');
  });

  it('takes an act that was not refused for no refusal, and lets other accidents go', async () => {
    expect(await refusalOf(Promise.resolve(1))).toEqual({ code: 'nothing was refused' });
    await expect(refusalOf(Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});
