import { isErrorCode } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import type { CaseReport } from './conformance-case.ts';
import type { ConformanceReport } from './run-conformance.ts';
import { says } from './words.ts';

const words = {
  passed: says('通过', 'passed'),
  unsupported: says('不支持', 'unsupported'),
  failed: says('未通过', 'FAILED'),
  clause: says('依据', 'clause'),
  native: says('厂商接口返回', 'the vendor’s interface said'),
  colon: says('：', ': '),
  comma: says('，', ', '),
  serialNumber: says('序列号', 'serial number'),
} as const;

const mark = { passed: '✓', unsupported: '–', failed: '✗' } as const;

/** A report for people. */
export function showConformance(report: ConformanceReport, locale: Locale): string {
  const { driver, device } = report;
  const head = [driver.id, driver.family, driver.vendor, driver.version].join(' · ');
  const key = `${device.label} · ${device.model} · ${words.serialNumber[locale]} ${device.serialNumber}`;
  const counts = (['passed', 'unsupported', 'failed'] as const).map((each) => `${words[each][locale]} ${report[each]}`);
  return [
    `${head}\n${key}\n${report.at}\n\n`,
    ...report.cases.map((each) => showCase(each, locale)),
    `\n${counts.join(words.comma[locale])}\n`,
  ].join('');
}

/** One case: a line, and for what failed the clause that it breaks. */
export function showCase(report: CaseReport, locale: Locale): string {
  const head = `${mark[report.outcome]} ${report.title[locale]}  ${words[report.outcome][locale]}`;
  const notes = report.notes.map((note) => `    ${note[locale]}\n`).join('');
  if (report.outcome === 'passed') return `${head} (${report.milliseconds} ms)\n${notes}`;
  if (report.outcome === 'unsupported') return `${head}${words.colon[locale]}${report.reason[locale]}\n${notes}`;
  const { found, code, params, native } = report.problem;
  const message = code !== null && isErrorCode(code) ? ` ${describeError(code, params, locale)}` : '';
  const said = native === null ? '' : `    ${words.native[locale]}: ${native}\n`;
  return `${head}${words.colon[locale]}${found[locale]}${message}\n    ${words.clause[locale]}: ${report.clause}\n${said}${notes}`;
}
