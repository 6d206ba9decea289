// onelock doctor [--json] [--lang zh-CN|en]: exit 0 when nothing is broken (optional parts may be missing), 1 otherwise, 2 for wrong use.
import { parseArgs } from 'node:util';
import { localeOf } from '@onelock/core/messages';
import { examineComputer } from './examine.ts';
import type { Finding } from './finding.ts';

const usage = '用法 / usage: onelock doctor [--json] [--lang zh-CN|en]\n';
const mark = { ok: '✓', missing: '–', problem: '✗' } as const;

function options(): { json: boolean; english: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        lang: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const { LC_ALL, LC_MESSAGES, LANG } = process.env;
    return { json: values.json, english: localeOf(values.lang ?? (LC_ALL || LC_MESSAGES || LANG)) === 'en' };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function print(findings: readonly Finding[], english: boolean): void {
  for (const finding of findings) {
    const words = english ? finding.en : finding.zh;
    process.stdout.write(`${mark[finding.state]} ${words.title}: ${words.found}\n`);
    if (words.fix !== undefined) process.stdout.write(`    → ${words.fix}\n`);
  }
}

const { json, english } = options();
const findings = await examineComputer();
const broken = findings.some((finding) => finding.state === 'problem');
if (json) process.stdout.write(`${JSON.stringify({ indication: broken ? 'failed' : 'passed', findings })}\n`);
else print(findings, english);
process.exit(broken ? 1 : 0);
