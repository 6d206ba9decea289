import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function onelock(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(root, 'tools/bin/onelock.mjs'), ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LANG: 'zh_CN.UTF-8' },
  });
}

describe('the onelock command', () => {
  it('tells its commands and exits 0 when asked, 2 when called with nothing', () => {
    expect(onelock('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('onelock COMMAND') });
    expect(onelock()).toMatchObject({ status: 2, stdout: expect.stringContaining('doctor') });
  });

  it.each(['frobnicate', '__proto__', 'constructor', '../../etc'])('refuses the unknown command %s with 2', (word) => {
    expect(onelock(word)).toMatchObject({ status: 2, stderr: expect.stringContaining('没有命令') });
  });

  it('passes the arguments and the exit status of the part that knows', () => {
    expect(onelock('suite', 'run', 'no-such-suite', '/nowhere').status).toBe(2);
    expect(onelock('cert', 'validate', '/nowhere', '--trust', '/nowhere').status).toBe(2);
  });
});

describe('onelock doctor', () => {
  it('lists what it looked at, as a list for people and as JSON for programs', () => {
    const people = onelock('doctor');
    expect(people.stdout).toContain('密码引擎自检');
    const program = onelock('doctor', '--json');
    const { indication, findings } = JSON.parse(program.stdout) as {
      indication: string;
      findings: readonly { id: string; state: string }[];
    };
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['runtime', 'cryptography', 'pkcs11-binding', 'agent-ports']),
    );
    const broken = findings.some(({ state }) => state === 'problem');
    expect(indication).toBe(broken ? 'failed' : 'passed');
    expect(program.status).toBe(broken ? 1 : 0);
  });

  it('refuses a flag it does not know', () => {
    expect(onelock('doctor', '--cure').status).toBe(2);
  });
});
