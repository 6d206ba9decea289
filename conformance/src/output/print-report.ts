import { oidName } from '@onelock/core/asn1';
import type {
  CertificateExplanation,
  CertificateReport,
  MessageReport,
  Report,
  SignerReport,
  TimestampReport,
} from '@onelock/core/validation';
import type { VerdictSubject } from '@onelock/core/verdict';
import type { Printer } from './printer.ts';

const nameOf = (oid: string): string => oidName(oid) ?? oid;
const marks = { passed: '✔', failed: '✘', indeterminate: '?' } as const;

export function printCertificateReport(print: Printer, report: CertificateReport): void {
  const { words } = print;
  print.line(`${marks[report.indication]} ${words[report.indication]}  ${report.certificate.subject}`);
  printWhy(print, report, '  ');
  printPath(print, report.path, '  ');
  if (report.path.length === 0) printAttempts(print, report, '  ');
  printCircumstances(print, report, '  ');
}

/** The detailed part: what was asked of whom, and what was forgiven. */
export function printExplanation(
  print: Printer,
  { clause, checked, attempts, tolerated }: CertificateExplanation,
): void {
  const { words } = print;
  if (clause !== undefined && clause !== '') print.field(words.clause, clause, '  ');
  const asked = checked.length > 0 ? checked : (attempts[0]?.checked ?? []);
  if (asked.length > 0) print.heading(words.constraints, '  ');
  for (const { subject, constraint, clause: where, satisfied } of asked)
    print.line(`    ${satisfied ? '✔' : '✘'} ${constraint}  ${subject}  [${where}]`);
  if (tolerated.length > 0) print.heading(words.tolerated, '  ');
  for (const { subject, tolerances } of tolerated)
    for (const { name, count } of tolerances) print.line(`    ${name} × ${count}  ${subject}`);
}

export function printMessageReport(print: Printer, report: MessageReport): void {
  const { words } = print;
  const form = `${nameOf(report.contentType)}, ${report.detached ? words.detached : words.attached}`;
  print.line(`${marks[report.indication]} ${words[report.indication]}  ${words.contentType} ${form}`);
  printWhy(print, report, '  ');
  for (const [index, signer] of report.signers.entries()) {
    print.line(`  ${marks[signer.indication]} ${words.signer} ${index + 1}  ${signer.signer}`);
    printWhy(print, signer, '    ');
    print.field(
      words.signatureAlgorithm,
      `${nameOf(signer.signatureAlgorithm)} (${nameOf(signer.digestAlgorithm)})`,
      '    ',
    );
    if (signer.signingTime !== null) print.field(words.signingTime, signer.signingTime, '    ');
    printWitnesses(print, signer);
    if (signer.certificate === null) continue;
    printPath(print, signer.certificate.path, '    ');
    printCircumstances(print, signer.certificate, '    ');
  }
}

export function printTimestampReport(print: Printer, report: TimestampReport): void {
  const { words } = print;
  print.line(`${marks[report.indication]} ${words[report.indication]}  ${words.stamp} ${report.time}`);
  printWhy(print, report, '  ');
  printDeviations(print, report, '  ');
  print.field(words.authority, report.authority?.subject ?? '—', '  ');
  print.field(words.policy, report.policy, '  ');
  if (report.certificate === null) return;
  printPath(print, report.certificate.path, '  ');
  printCircumstances(print, report.certificate, '  ');
}

/** The verdict on one thing and why, to be followed by what is to be said of the thing. */
export function printHead(print: Printer, report: Report, title: string): void {
  print.line(`${marks[report.indication]} ${print.words[report.indication]}  ${title}`);
  printWhy(print, report, '  ');
}

/** What speaks for a signature besides its maker's certificate, and what was let pass. */
function printWitnesses(print: Printer, signer: SignerReport): void {
  const { words } = print;
  printDeviations(print, signer, '    ');
  for (const stamp of signer.timestamps ?? []) {
    print.line(`    ${marks[stamp.indication]} ${words.stamp}  ${stamp.time}  ${stamp.authority?.subject ?? '—'}`);
    printWhy(print, stamp, '      ');
  }
  if (signer.provenTime !== undefined) print.field(words.provenTime, signer.provenTime, '    ');
  const { broughtRevocation: brought } = signer;
  if (brought !== undefined)
    print.field(words.broughtRevocation, `CRL ${brought.crls}, OCSP ${brought.ocspResponses}`, '    ');
  for (const witness of signer.countersignatures ?? []) {
    print.line(`    ${marks[witness.indication]} ${words.countersignature}  ${witness.signer}`);
    printWhy(print, witness, '      ');
  }
}

function printDeviations(print: Printer, { deviations = [] }: Pick<SignerReport, 'deviations'>, indent: string): void {
  for (const { symptom, authority, until } of deviations)
    print.field(print.words.deviation, `${symptom} (${authority}, ${until})`, indent);
}

function printWhy(print: Printer, report: Report, indent: string): void {
  const { words } = print;
  if (report.reason !== undefined) print.field(words.reason, print.reason(report.reason), indent);
  if (report.subject !== undefined) {
    print.heading(words.subjectAtFault, indent);
    print.subject(report.subject, `${indent}  `);
  }
  for (const need of report.needs ?? []) print.field(words.needs, print.need(need), indent);
}

/** Leaf on top, each certificate standing on the one that issued it. */
function printPath(print: Printer, path: readonly VerdictSubject[], indent: string): void {
  const { words } = print;
  if (path.length === 0) {
    print.line(`${indent}${words.noPath}`);
    return;
  }
  print.heading(words.path, indent);
  for (const [depth, certificate] of path.entries()) {
    const role = depth === path.length - 1 ? words.anchor : depth === 0 ? words.leaf : words.intermediate;
    const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `;
    print.line(`${indent}  ${branch}${certificate.subject}  (${role}, ${certificate.serialNumber})`);
  }
}

function printAttempts(print: Printer, report: CertificateReport, indent: string): void {
  if (report.attempts.length < 2) return;
  print.heading(print.words.tried, indent);
  for (const { reason, subject } of report.attempts) {
    print.line(`${indent}  - ${print.reason(reason)}${subject === undefined ? '' : `  ${subject.subject}`}`);
  }
}

function printCircumstances(print: Printer, report: CertificateReport, indent: string): void {
  const { words } = print;
  print.field(words.at, report.at, indent);
  print.field(words.profile, report.profile, indent);
  const { checked, reason, source, producedAt } = report.revocation;
  const by = source === undefined ? '' : ` (${source.toUpperCase()}, ${producedAt})`;
  const why = reason === undefined ? '' : `  ${print.reason(reason)}`;
  print.field(words.revocation, `${checked ? words.revocationChecked : words.revocationNotChecked}${by}${why}`, indent);
}
