import type { Verdict } from '../verdict/index.ts';
import type { Report } from './report.ts';

/** A verdict as plain data without absent fields, so that it survives JSON unchanged. */
export function toReport(verdict: Verdict): Report {
  switch (verdict.indication) {
    case 'passed':
      return { indication: 'passed' };
    case 'failed':
      return {
        indication: 'failed',
        reason: verdict.reason,
        ...(verdict.subject === undefined ? {} : { subject: verdict.subject }),
      };
    case 'indeterminate':
      return { indication: 'indeterminate', reason: verdict.reason, needs: verdict.needs };
  }
}

/** The shared part of a report, for the report that stands above it. */
export function headOf({ indication, reason, subject, needs }: Report): Report {
  return { indication, ...(reason && { reason }), ...(subject && { subject }), ...(needs && { needs }) };
}
