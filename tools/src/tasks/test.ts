// npm test [-- FILTER …]: checks, pages, then every test; closes with the line `N passed, N failed, N skipped`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPages } from './build-pages.ts';
import { runNode, tools } from './checkout.ts';
import { runChecks } from './checks.ts';
import {
  browser,
  cardDaemon,
  cardTools,
  cCompiler,
  chineseFont,
  database,
  display,
  installSystemParts,
  openssl,
  opensslHeaders,
  tokenLibrary,
  unitChecker,
  virtualReaders,
  wasmCompiler,
  wasmLinker,
} from './debian-packages.ts';

interface VitestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

const filters = process.argv.slice(2);
installSystemParts([
  ...[tokenLibrary, openssl, browser, display, chineseFont, database],
  ...[wasmCompiler, wasmLinker, cCompiler, opensslHeaders],
  ...[cardDaemon, virtualReaders, cardTools, unitChecker],
]);
const failedChecks = filters.length === 0 ? runChecks() : [];
const pagesFailed = buildPages() === 0 ? [] : ['the pages build'];

const folder = mkdtempSync(path.join(tmpdir(), 'onelock-test-'));
const report = path.join(folder, 'vitest.json');
const status = runNode([
  tools.vitest,
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...filters,
]);
let summary: VitestSummary;
try {
  summary = JSON.parse(readFileSync(report, 'utf8')) as VitestSummary;
} catch (error) {
  process.stderr.write(`[onelock] the test runner left no report: ${String(error)}\n`);
  process.exit(1);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const otherFailures = [...failedChecks, ...pagesFailed];
for (const name of otherFailures) process.stderr.write(`[onelock] FAILED: ${name}\n`);
// A file that does not even load has no failed test in it, but it has failed.
const failed =
  Math.max(summary.numFailedTests, summary.numFailedTestSuites > 0 || status !== 0 ? 1 : 0) + otherFailures.length;
process.stdout.write(
  `\n${summary.numPassedTests} passed, ${failed} failed, ${summary.numPendingTests + summary.numTodoTests} skipped\n`,
);
process.exit(failed === 0 && summary.numPassedTests > 0 ? 0 : 1);
