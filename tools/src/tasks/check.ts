import { runChecks } from './checks.ts';

const failed = runChecks();
for (const name of failed) process.stderr.write(`[onelock] FAILED: ${name}\n`);
process.exit(failed.length === 0 ? 0 : 1);
