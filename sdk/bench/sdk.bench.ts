// Bytes that a page downloads for `import { connect } from '@onelock/sdk'`.

import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type BenchRow, publishFindings, within } from '../../tools/src/bench/findings.ts';

/** The limit for the whole SDK, gzipped. */
const limitBytes = 15_000;

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['onelock-source'],
  write: false,
  legalComments: 'none',
});
const [bundle] = outputFiles;
if (bundle === undefined) throw new Error('the bundler wrote nothing');

const rows: readonly BenchRow[] = [
  { name: 'sdk.bytes.min', unit: 'bytes', value: bundle.contents.length, spread: 0 },
  { name: 'sdk.bytes.gzip', unit: 'bytes', value: gzipSync(bundle.contents, { level: 9 }).length, spread: 0 },
];
publishFindings({ rows, ratios: within(rows, 'sdk.bytes.gzip', limitBytes), absent: [] });
