// npm run bench [-- SET …]: every set is PACKAGE/bench/SET.bench.ts, run in its own process. Prints each table with its
// ratios and writes bench/results/SET.json.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, type } from 'node:os';
import path from 'node:path';
import { type BenchFindings, type BenchRatio, type BenchRow, findingsVariable } from '../bench/findings.ts';
import { checkout, runNode } from './checkout.ts';

const suffix = '.bench.ts';

function findSets(): ReadonlyMap<string, string> {
  const sets = readdirSync(checkout, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(checkout, entry.name, 'bench')))
    .flatMap(({ name }) =>
      readdirSync(path.join(checkout, name, 'bench'))
        .filter((file) => file.endsWith(suffix))
        .map((file): [string, string] => [path.basename(file, suffix), path.join(name, 'bench', file)]),
    );
  return new Map(sets);
}

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${type()} ${release()}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`;

function runSet(set: string, file: string): boolean {
  process.stderr.write(`[onelock] bench ${set} …\n`);
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-bench-'));
  const target = path.join(folder, 'findings.json');
  try {
    const status = runNode(['--conditions=onelock-source', file], { [findingsVariable]: target });
    if (status !== 0 || !existsSync(target)) {
      process.stderr.write(`[onelock] bench ${set} ended with ${status} and left no findings\n`);
      return false;
    }
    const { rows, ratios, absent } = JSON.parse(readFileSync(target, 'utf8')) as BenchFindings;
    process.stdout.write(table(set, rows, ratios, absent));
    const results = path.join(checkout, 'bench/results');
    mkdirSync(results, { recursive: true });
    const result = { set, machine: machine(), at: new Date().toISOString(), rows, ratios, absent };
    writeFileSync(path.join(results, `${set}.json`), `${JSON.stringify(result, null, 2)}\n`);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(
  set: string,
  rows: readonly BenchRow[],
  ratios: readonly BenchRatio[],
  absent: readonly string[],
): string {
  const width = Math.max(...[...rows, ...ratios].map(({ name }) => name.length));
  const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 }).padStart(12);
  return [
    `\n${set}`,
    ...rows.map(
      (row) => `  ${row.name.padEnd(width)}  ${number(row.value)} ${row.unit}  ± ${Math.round(row.spread * 100)} %`,
    ),
    ...ratios.map((item) => {
      const verdict = item.met === null ? '' : item.met ? `  met (${item.goal})` : `  NOT MET (${item.goal})`;
      return `  ${item.name.padEnd(width)}  ${number(item.value)} ×${verdict}`;
    }),
    ...absent.map((line) => `  not measured: ${line}`),
    '',
  ].join('\n');
}

const sets = findSets();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !sets.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `没有基准集 / there is no benchmark set ${unknown.join(', ')}; 现有 / there are: ${[...sets.keys()].join(', ')}\n`,
  );
  process.exit(2);
}
const outcomes = [...sets]
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, file]) => runSet(name, file));
process.exit(outcomes.every(Boolean) ? 0 : 1);
