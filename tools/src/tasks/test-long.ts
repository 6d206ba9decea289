// npm run test:long [-- SET]: endurance sets, each written as SET.slow.test.ts beside what it tries. Writes test-results/long/SET.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { buildPages } from './build-pages.ts';
import { checkout, runNode, tools } from './checkout.ts';

const suffix = '.slow.test.ts';

function findSets(): ReadonlyMap<string, string> {
  const ours = readdirSync(checkout, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
  );
  const files = ours.flatMap((folder) =>
    readdirSync(path.join(checkout, folder.name), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(suffix) && !file.includes('node_modules'))
      .map((file) => path.join(folder.name, file)),
  );
  return new Map(files.map((file) => [path.basename(file, suffix), file]));
}

function runSet(name: string, file: string): boolean {
  const startedAt = new Date();
  // As it is tried; records of this set, and of those before it, are no change of the program.
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).stdout.trim();
  const dirty =
    spawnSync('git', ['status', '--porcelain', '--', ':!test-results'], { cwd: checkout, encoding: 'utf8' }).stdout !==
    '';
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-long-'));
  const report = path.join(folder, 'vitest.json');
  const status = runNode([
    tools.vitest,
    'run',
    '--config',
    'vitest.long.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    file,
  ]);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  rmSync(folder, { recursive: true, force: true });
  const target = path.join(checkout, 'test-results/long');
  mkdirSync(target, { recursive: true });
  const result = {
    set: name,
    commit: dirty ? `${commit} with uncommitted changes` : commit,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    passed: numPassedTests,
    failed: numFailedTests,
  };
  writeFileSync(path.join(target, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  return status === 0;
}

const sets = findSets();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !sets.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `没有长测集 / there is no long set ${unknown.join(', ')}; 现有 / there are: ${[...sets.keys()].join(', ') || '-'}\n`,
  );
  process.exit(2);
}
// Some sets look at pages in a browser.
if (buildPages() !== 0) process.exit(1);
const outcomes = [...sets]
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, file]) => runSet(name, file));
process.exit(outcomes.every(Boolean) ? 0 : 1);
