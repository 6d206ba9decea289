#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { CodedError, isCodedError, isErrorCode } from '@onelock/core/errors';
import { describeError } from '@onelock/core/messages';
import type { DeclaredRestoration } from './audit/epochs.ts';
import type { ReplayReport } from './commands/audit-replay.ts';
import type { CopyReport } from './commands/copy.ts';
import type { ImportOptions, ToldImport } from './commands/import.ts';
import type { VerifiedReport } from './commands/report-verify.ts';
import { auditUsage, configJson, configTable, importUsage, reportUsage, serviceUsage } from './commands/usage.ts';
import { isStoreUnavailable } from './repositories/engine/store-unavailable.ts';
import type { AuditReport } from './services/verify-audit.ts';

const options = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  db: { type: 'string' },
  log: { type: 'string' },
  'entries-only': { type: 'boolean', default: false },
  head: { type: 'string' },
  checkpoint: { type: 'string', multiple: true },
  key: { type: 'string' },
  sequence: { type: 'string' },
  'accept-restoration': { type: 'string', multiple: true },
  reason: { type: 'string' },
  by: { type: 'string' },
  'approved-by': { type: 'string' },
  kept: { type: 'string' },
  to: { type: 'string' },
  from: { type: 'string' },
  trust: { type: 'string', multiple: true },
  service: { type: 'string' },
  'token-file': { type: 'string' },
  map: { type: 'string', multiple: true },
  encoding: { type: 'string' },
  sheet: { type: 'string' },
  medium: { type: 'string' },
  policy: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  again: { type: 'boolean' },
  report: { type: 'string' },
} as const;

type Values = {
  readonly json: boolean;
  readonly help: boolean;
  readonly db?: string | undefined;
  readonly log?: string | undefined;
  readonly 'entries-only': boolean;
  readonly head?: string | undefined;
  readonly checkpoint?: readonly string[] | undefined;
  readonly key?: string | undefined;
  readonly sequence?: string | undefined;
  readonly 'accept-restoration'?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly 'approved-by'?: string | undefined;
  readonly kept?: string | undefined;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly trust?: readonly string[] | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
} & Omit<ImportOptions, 'tokenFile' | 'dryRun'>;

const print = (text: string): void => {
  process.stdout.write(text);
};

function printCopy(report: CopyReport, json: boolean): number {
  const rows = Object.values(report.rows).reduce((sum, count) => sum + count, 0);
  print(
    json
      ? `${JSON.stringify(report)}\n`
      : `已复制 ${rows} 行，审计日志 ${report.audit.entries} 条核验无误 / ${rows} rows copied, the ${report.audit.entries} entries of the audit log verify\n${report.from} → ${report.to}\n`,
  );
  return 0;
}

/** Commands by their words. Each loads what it needs and gives the exit status. */
const commands: Readonly<Record<string, (values: Values, operands: readonly string[]) => Promise<number>>> = {
  start: async () => {
    const { runStart } = await import('./commands/start.ts');
    await runStart(process.env);
    return 0;
  },
  'break-glass': async ({ db, json }) => {
    const { breakGlass } = await import('./commands/break-glass.ts');
    const { code, expiresAt } = await breakGlass(process.env, db);
    print(
      json
        ? `${JSON.stringify({ code, expiresAt })}\n`
        : `一次性管理员代码，${expiresAt} 前有效 / one-time administrator code, valid until ${expiresAt}:\n\n    ${code}\n\n`,
    );
    return 0;
  },
  backup: async ({ db, to, json }) => {
    const { backUp } = await import('./commands/copy.ts');
    return printCopy(await backUp(process.env, { database: db, to }), json);
  },
  restore: async ({ db, from, checkpoint, reason, by, 'approved-by': approvedBy, json }) => {
    const { restore } = await import('./commands/copy.ts');
    const asked = { database: db, from, checkpoints: checkpoint ?? [], reason, by, approvedBy };
    const report = await restore(process.env, asked);
    const status = printCopy(report, json);
    if (!json && report.restoration !== null) print(describeRestoration(report.restoration));
    return status;
  },
  'declare-restoration': async ({ db, checkpoint, reason, by, 'approved-by': approvedBy, kept, json }) => {
    const { declareRestorationOf } = await import('./commands/declare-restoration.ts');
    const asked = { database: db, checkpoints: checkpoint ?? [], reason, by, approvedBy, kept };
    const declared = await declareRestorationOf(process.env, asked);
    print(json ? `${JSON.stringify(declared)}\n` : describeRestoration(declared));
    return 0;
  },
  'migrate-to-postgres': async ({ db, to, json }) => {
    const { migrateToPostgres } = await import('./commands/copy.ts');
    return printCopy(await migrateToPostgres(process.env, { database: db, to }), json);
  },
  import: async (values, files) => {
    const { importFile } = await import('./commands/import.ts');
    if (files.length === 0) throw new CodedError('ERR_CLI_USAGE', { detail: 'FILE' });
    const options: ImportOptions = { ...values, tokenFile: values['token-file'], dryRun: values['dry-run'] };
    let status = 0;
    for (const file of files) {
      const done = await importFile(process.env, file, options, values.json ? () => undefined : showProgress);
      print(values.json ? `${JSON.stringify(done)}\n` : describeImport(done));
      if (!['done', 'checked'].includes(done.state) || done.openConflicts > 0 || (done.counts.unreadable ?? 0) > 0)
        status = 1;
    }
    return status;
  },
  config: async ({ json }) => {
    print(json ? configJson() : configTable());
    return 0;
  },
  'audit verify': async ({ db, log, 'entries-only': entriesOnly, head, checkpoint, key, json, ...more }) => {
    const { verifyAuditOf } = await import('./commands/audit-verify.ts');
    const accepted = more['accept-restoration'] ?? [];
    const asked = { database: db, log, entriesOnly, head, checkpoints: checkpoint ?? [], key, accepted };
    const report = await verifyAuditOf(process.env, asked);
    print(json ? `${JSON.stringify(report)}\n` : describeAudit(report));
    return report.indication === 'passed' ? 0 : 1;
  },
  'audit export': async ({ db, to, 'entries-only': entriesOnly, json }) => {
    const { exportAudit } = await import('./commands/audit-export.ts');
    const { entries, head } = await exportAudit(process.env, { database: db, to, entriesOnly });
    print(
      json
        ? `${JSON.stringify({ to, entries, head })}\n`
        : `已导出 ${entries} 条 / ${entries} entries exported: ${to}\n树头 / head: ${head.size}:${head.sm3}\n`,
    );
    return 0;
  },
  'audit replay': async ({ db, sequence, json }) => {
    const { replayAuditOf } = await import('./commands/audit-replay.ts');
    const report = await replayAuditOf(process.env, { database: db, sequence });
    print(json ? `${JSON.stringify(report)}\n` : describeReplay(report));
    const { different, impossible, altered } = report;
    return different.length + impossible.length + altered.length === 0 ? 0 : 1;
  },
  'report verify': async ({ trust, json }, [file]) => {
    const { verifyReportFile } = await import('./commands/report-verify.ts');
    if (file === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: 'FILE' });
    const verified = verifyReportFile(file, trust ?? [], new Date());
    print(json ? `${JSON.stringify(verified)}\n` : describeReport(verified));
    return verified.indication === 'passed' ? 0 : 1;
  },
};

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const words = [...(positionals[0] === 'service' ? positionals.slice(1) : positionals)];
  if (values.help) {
    const own: Readonly<Record<string, string>> = { audit: auditUsage, report: reportUsage, import: importUsage };
    print(own[words[0] ?? ''] ?? serviceUsage);
    return 0;
  }
  // Commands that take files.
  const operands = words[0] === 'report' ? words.splice(2) : words[0] === 'import' ? words.splice(1) : [];
  const command = commands[words.length === 0 ? 'start' : words.join(' ')];
  if (command === undefined) throw new CodedError('ERR_CLI_USAGE', { detail: words.join(' ') });
  return command(values, operands);
}

/** One line that is written over, on a terminal; without one nothing. */
function showProgress({ state, received, size, position, total }: ToldImport): void {
  if (!process.stderr.isTTY) return;
  const part = state === 'receiving' ? received / size : total === null || total === 0 ? null : position / total;
  const shown = part === null ? `${position}` : `${position}/${total ?? ''} ${Math.floor(part * 100)} %`;
  process.stderr.write(`\r\x1b[K${state} ${state === 'receiving' ? `${Math.floor((part ?? 0) * 100)} %` : shown}`);
  if (!['receiving', 'checking', 'running'].includes(state)) process.stderr.write('\r\x1b[K');
}

/** The outcome of `import` for people. */
function describeImport({
  id,
  name,
  state,
  counts,
  preview,
  newCompanies,
  openConflicts,
  failure,
}: ToldImport): string {
  const shown = state === 'checked' ? (preview?.counts ?? {}) : counts;
  const companies = state === 'checked' ? (preview?.newCompanies ?? 0) : newCompanies;
  const lines = [
    `${name}  ${id}  ${state}`,
    ...Object.entries(shown).map(([fate, count]) => `  ${fate}: ${count}`),
    `  新企业 / new companies: ${companies}`,
    ...(openConflicts > 0 ? [`  待人工处理 / waiting for a decision: ${openConflicts}`] : []),
    ...(failure !== null && isErrorCode(failure.code)
      ? [
          failure.code,
          describeError(failure.code, failure.params, 'zh-CN'),
          describeError(failure.code, failure.params, 'en'),
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The outcome of `report verify` for people. */
function describeReport({ indication, reason, signer, report }: VerifiedReport): string {
  const heads = {
    passed: '报告的签名通过 / passed: the signature of the report',
    failed: '报告的签名未通过 / failed: the signature of the report',
    indeterminate: '报告的签名无法判定 / indeterminate: the signature of the report',
  } as const;
  const why =
    reason === undefined
      ? []
      : (['zh-CN', 'en'] as const).map((locale) => describeError(reason.code, reason.params, locale));
  const content = report === null ? [] : [JSON.stringify(report, null, 2)];
  return `${[heads[indication], `签名者 / signer: ${signer}`, ...why, ...insideOf(report), ...content].join('\n')}\n`;
}

/** What the report itself says, and by whose word: a signature that holds makes no verdict of it. */
function insideOf(report: unknown): readonly string[] {
  const { answer, basis } = (report ?? {}) as {
    readonly answer?: { readonly indication?: unknown };
    readonly basis?: { readonly trust?: unknown };
  };
  const words: Readonly<Record<string, string>> = {
    registry: '按登记的 CA 判定 / judged by the CAs of the registry',
    question:
      '信任锚由请求方自带，不代表登记的 CA / the caller brought the trust anchors: they are not those of the registry',
    key: '按请求方所给的公钥，无人担保属谁 / by a bare key that the caller named: nobody vouches whose it is',
  };
  const trust = words[String(basis?.trust)];
  return [
    ...(answer?.indication === undefined ? [] : [`报告的结论 / verdict in the report: ${String(answer.indication)}`]),
    ...(trust === undefined ? [] : [trust]),
  ];
}

/** The outcome of `audit replay` for people. */
function describeReplay({ same, different, impossible, altered }: ReplayReport): string {
  const lines = [
    ...altered.map(({ sequence, what }) => `第 ${sequence} 条 / entry ${sequence}: 被改动 altered ${what}`),
    ...different.map(
      ({ sequence, recorded, replayed }) =>
        `第 ${sequence} 条 / entry ${sequence}: 记录 recorded ${recorded}; 重新评判 judged again ${replayed}`,
    ),
    ...impossible.map(({ sequence, lacks }) => `第 ${sequence} 条 / entry ${sequence}: 缺 lacks ${lacks}`),
  ];
  return `${lines.map((line) => `${line}\n`).join('')}一致 ${same}，不同 ${different.length}，被改动 ${altered.length}，无法重判 ${impossible.length} / ${same} the same, ${different.length} different, ${altered.length} altered, ${impossible.length} not possible\n`;
}

/** The outcome of `audit verify` for people. */
function describeAudit({ reason, restorations, checkpointsLost, ...figures }: AuditReport): string {
  const { entries, detailsErased, witnessedEntries, head } = figures;
  const lost =
    checkpointsLost === 0
      ? ''
      : `另有 ${checkpointsLost} 个检查点属于已声明丢失的部分 / ${checkpointsLost} more checkpoints are of what is declared lost\n`;
  const facts =
    `${entries} 条，其中 ${detailsErased} 条的明细已按记录清除；检查点见证了前 ${witnessedEntries} 条 / ${entries} entries, of ${detailsErased} the details were erased on record; checkpoints witness the first ${witnessedEntries}\n` +
    `${restorations.map(describeRestoration).join('')}${lost}树头 / head: ${head.size}:${head.sm3}\n`;
  if (reason === undefined) return `审计日志完整 / the audit log is intact\n${facts}`;
  const words = (['zh-CN', 'en'] as const).map((locale) => describeError(reason.code, reason.params, locale));
  return `${words.join('\n')}\n${reason.code === 'ERR_SERVICE_AUDIT_BROKEN' ? '' : facts}`;
}

/** What a log declares of its loss, for people. */
function describeRestoration(declared: DeclaredRestoration): string {
  const { sequence, at, kept, lostFrom, lostTo, undeclared, by, approvedBy, reason, key, signatureChecked } = declared;
  const who = approvedBy === null ? by : `${by} + ${approvedBy}`;
  const signed = signatureChecked
    ? `密钥 ${key} 签名，已核对 / signed by key ${key}, checked`
    : `密钥 ${key} 签名，未核对（请给 --key）/ signed by key ${key}, not checked (give --key)`;
  const since =
    undeclared === 0
      ? ''
      : `\n    声明之前又写了 ${undeclared} 条 / ${undeclared} entries were written before it was declared`;
  return `第 ${sequence} 条声明恢复 / restoration declared in entry ${sequence}: ${at} ${who}
    自第 ${kept} 条接续，原第 ${lostFrom} 至 ${lostTo} 条丢失 / continues from ${kept}; ${lostFrom} to ${lostTo} of the earlier branch lost${since}
    ${reason}
    ${signed}
`;
}

function readArguments(args: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CodedError('ERR_CLI_USAGE', { detail: error instanceof Error ? error.message : '' }, { cause: error });
  }
}

/** A database that cannot be had at the start is the operator's to look after, not our mistake. */
const uncoded = (error: unknown) =>
  isStoreUnavailable(error) ? ('ERR_SERVICE_UNAVAILABLE' as const) : ('ERR_SERVICE_INTERNAL' as const);

const statusOf = (code: string): number =>
  code.startsWith('ERR_CLI_') ||
  [
    'ERR_SERVICE_CONFIG_INVALID',
    'ERR_SERVICE_DATABASE_NEWER',
    'ERR_SERVICE_DATABASE_OLDER',
    'ERR_SERVICE_DATABASE_DAMAGED',
  ].includes(code)
    ? 2
    : 1;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const { code, params } = isCodedError(error) ? error : { code: uncoded(error), params: {} };
  // In the form that was asked for, as every command of `onelock` does.
  if (process.argv.includes('--json'))
    print(`${JSON.stringify({ error: { code, params, message: describeError(code, params, 'zh-CN') } })}\n`);
  process.stderr.write(`${code}\n${describeError(code, params, 'zh-CN')}\n${describeError(code, params, 'en')}\n`);
  if (!isCodedError(error)) process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = statusOf(code);
}
