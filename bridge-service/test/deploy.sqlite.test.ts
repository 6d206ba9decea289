import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unitChecker } from '../../tools/src/tasks/debian-packages.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { configFileVariable, readConfig } from '../src/config.ts';
import { configKeys } from '../src/config-keys.ts';

const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = (file: string): string => readFileSync(path.join(checkout, file), 'utf8');
const unit = read('bridge-service/deploy/onelock-service.service');
const recipe = read('bridge-service/deploy/Containerfile');
const valuesOf = (key: string): readonly string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
const home = '/opt/onelock/';
/** What is compiled has a source of the same name. */
const sourceOf = (compiled: string): string => compiled.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
const variables = new Set<string>([configFileVariable, ...Object.values(configKeys).map(({ variable }) => variable)]);

describe('the systemd unit', () => {
  it('starts what a release holds, with settings that there are', () => {
    const [command = ''] = valuesOf('ExecStart');
    const [node = '', entry = '', ...rest] = command.split(' ');
    expect(rest).toEqual(['start']);
    for (const file of [node, entry]) expect(file.startsWith(home)).toBe(true);
    expect(existsSync(path.join(checkout, sourceOf(entry.slice(home.length))))).toBe(true);
    if (process.platform === 'linux' && process.arch === 'x64')
      expect(existsSync(path.join(checkout, node.slice(home.length)))).toBe(true);
    for (const setting of valuesOf('Environment')) expect(variables).toContain(setting.split('=')[0]);
  });

  it('lets the service take its time to stop, and keeps its data where the unit makes room for it', () => {
    const [stop = '0'] = valuesOf('TimeoutStopSec');
    expect(Number(stop) * 1000).toBeGreaterThan(readConfig({}).shutdownTimeoutMs);
    const [state] = valuesOf('StateDirectory');
    expect(valuesOf('Environment')).toContain(`ONELOCK_SERVICE_DATA_DIR=/var/lib/${state}`);
  });
});

const analyzer = unitChecker.provides.find((file) => existsSync(file));
requireReal('systemd-analyze', analyzer)('systemd about the unit', (command) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-unit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds nothing wrong with it', () => {
    const file = path.join(folder, 'onelock-service.service');
    // Its programs are where a release is installed, which is not here.
    writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    const { status, stdout, stderr } = spawnSync(command, ['verify', '--man=no', file], { encoding: 'utf8' });
    expect({ status, said: `${stdout}${stderr}`.split('\n').filter((line) => line.includes('onelock')) }).toEqual({
      ...{ status: 0, said: [] },
    });
  });

  it('calls what is left open to it little', () => {
    const file = path.join(checkout, 'bridge-service/deploy/onelock-service.service');
    const said = execFileSync(command, ['security', '--offline=true', '--no-pager', file], { encoding: 'utf8' });
    const [, exposure = '10'] = /exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(2);
  });
});

describe('the container recipe', () => {
  const steps = recipe
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
  const said = (instruction: string): readonly string[] =>
    steps.filter(([name]) => name === instruction).map(([, value]) => value);

  it('uses instructions that every engine knows, in two stages', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'ENV', 'VOLUME', 'EXPOSE', 'CMD'];
    expect(steps.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
    expect(said('FROM')).toHaveLength(2);
    for (const image of said('FROM')) expect(image).toMatch(/^docker\.io\/library\/node:24-/);
  });

  it('runs scripts that there are, and starts what they compile', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const runs = [...recipe.matchAll(/npm run (\S+)/g)].map(([, script = '']) => script);
    expect(runs).toEqual(['build']);
    for (const script of runs) expect(Object.keys(scripts)).toContain(script);
    const [command = '[]'] = said('CMD');
    const [program, entry = '', ...rest] = JSON.parse(command) as string[];
    expect([program, ...rest]).toEqual(['node', 'start']);
    expect(existsSync(path.join(checkout, sourceOf(entry)))).toBe(true);
    expect(said('EXPOSE')).toEqual([String(readConfig({}).port)]);
  });

  it('takes the checkout without data, secrets and what was installed in it, and runs as nobody’s root', () => {
    const [first] = said('COPY');
    expect(first).toBe('. .');
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['.git', '.onelock', '**/node_modules', '**/dist']) expect(ignored).toContain(name);
    expect(said('USER')).toEqual(['onelock']);
    const [data = ''] = said('ENV').map((setting) => setting.replace('ONELOCK_SERVICE_DATA_DIR=', ''));
    expect(said('VOLUME')).toEqual([data]);
    expect(said('RUN').at(-1)).toContain(`--home ${data}`);
  });
});
