import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkout, runNode, tools } from './checkout.ts';

interface Check {
  readonly name: string;
  run(): number;
}

const vueProjects = [
  'desktop-agent/tsconfig.pages.json',
  'demo/tsconfig.pages.json',
  'bridge-service/tsconfig.pages.json',
  'console/tsconfig.pages.json',
].filter((file) => existsSync(path.join(checkout, file)));

/** What must hold before any test is worth running. */
export const checks: readonly Check[] = [
  { name: 'types of the packages', run: () => runNode([tools.tsc, '-b']) },
  { name: 'types of the tests and tools', run: () => runNode([tools.tsc, '-p', 'tsconfig.tests.json']) },
  ...vueProjects.map((project) => ({
    name: `types of the pages (${project})`,
    run: () => runNode([tools.vueTsc, '--noEmit', '-p', project]),
  })),
  { name: 'style and lint', run: () => runNode([tools.biome, 'check', '--error-on-warnings', '.']) },
  {
    name: 'generated files are fresh',
    run: () => runNode(['--conditions=onelock-source', 'tools/src/tasks/gen-check.ts']),
  },
];

/** Runs every check and names those that failed. */
export function runChecks(): readonly string[] {
  return checks
    .filter((check) => {
      process.stderr.write(`[onelock] ${check.name} …\n`);
      return check.run() !== 0;
    })
    .map((check) => check.name);
}
