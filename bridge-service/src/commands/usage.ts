import { configFileVariable } from '../config.ts';
import { configKeys } from '../config-keys.ts';

export const serviceUsage = `用法 / usage: onelock service [start|import|backup|restore|declare-restoration|migrate-to-postgres|break-glass|config] …

  start                       启动互认服务（默认）/ run the service (the default)
  import FILE…                向运行中的服务导入存量证书与企业（import --help）/ bring the stock into a running service
  backup --to FILE [--db PLACE]
                              在线备份为一个 SQLite 文件并核验 / write an online, verified backup: one SQLite file
  restore --from FILE [--db PLACE]
                              把备份放回空的数据库 / put a backup back into an empty database
          [--checkpoint FILE]… [--reason TEXT --by NAME [--approved-by NAME]]
                              见证方知道的比备份多时须说明原因与经办人：丢失的部分写入审计日志，日志另起名接续 / where witnesses know more than
                              the backup has, say why and who: what is lost is declared in the audit log, which goes on under another name
  declare-restoration --reason TEXT --by NAME [--approved-by NAME] [--checkpoint FILE]… [--kept N] [--db PLACE]
                              恢复时没有声明的，事后声明；--kept 是备份的条数 / declare it afterwards; --kept: entries that the backup had
  migrate-to-postgres [--db FILE] [--to URL]
                              把内嵌数据库迁到 PostgreSQL（先停服务）/ move the embedded database to PostgreSQL (stop the service first)
  break-glass [--db FILE]     在服务器上生成一次性管理员代码 / print a fresh one-time administrator code
  config                      列出全部配置项 / list every configuration key

  --json                      机器可读输出 / machine-readable output
  退出码 / exit status: 0 正常 done, 1 失败 failed, 2 用法或配置有误 wrong use or configuration
`;

export const importUsage = `用法 / usage: onelock service import FILE… [--service URL] [--token-file FILE] [--dry-run] [--report FILE] [--json]

  把 CSV、XLSX、PEM、PKCS#7、DER 或 ZIP 中的证书与企业导入运行中的服务；中断后重新运行即从断点继续
  brings certificates and companies into a running service; run again after a break it goes on where it was

  --service URL        默认 http://127.0.0.1:18960 或 ONELOCK_SERVICE_URL / the service
  --token-file FILE    经办人或管理员的令牌；或用 ONELOCK_SERVICE_TOKEN / token of an operator or administrator
  --map FIELD=COLUMN   列对应关系，可多次给出；列用表头或从 1 起的列号 / a column by its header or its number from 1
                       FIELD: certificate creditCode companyName legalPerson medium
  --encoding E         auto | utf-8 | gb18030
  --sheet NAME         工作表 / sheet of the workbook
  --medium TEXT        没有写明介质的行用这个 / medium of rows that do not say theirs
  --policy FINDING=accept|skip
                       对整批事先决定 / decided beforehand: no-code code-invalid unknown-ca expired not-yet-valid weak-key
  --dry-run            只检查，不写入 / check and write nothing
  --again              即使送过同一文件也新建一次导入 / a new import even of a file that was sent before
  --report FILE        保存报告（.csv 或 .json）/ save the report
  退出码 / exit status: 0 全部完成 all done, 1 失败、有待处理或不可读的行 failed, or rows that wait or cannot be read, 2 用法有误 wrong use
`;

export const reportUsage = `用法 / usage: onelock report verify FILE --trust FILE… [--json]

  离线核验服务签名的判定报告：应答的 JSON，或其中的签名消息（DER、PEM、base64）或 JWS
  verifies a report that a service has signed, offline: the JSON of the answer, or the signed message or the JWS in it

  --trust FILE        服务的报告签名证书（GET /v1/report-signer），或其上级 CA；JWS 用该应答的 JSON 或 JWK Set / the service's certificate, or a CA above it; for JWS that answer itself, or a JWK Set
  退出码 / exit status: 0 通过 passed, 1 未通过或无法判定 failed or indeterminate, 2 用法有误或不可读 wrong use or unreadable
`;

export const auditUsage = `用法 / usage: onelock audit verify [--db PLACE | --log FILE] [--checkpoint FILE]… [--key FILE] [--head SIZE:SM3] [--json]

  从头核验审计日志：每条记录、每份明细、两棵默克尔树与检查点
  verifies the audit log from its start: every entry, every detail, both Merkle trees, the checkpoints

  --db PLACE          数据库文件或 postgres:// 地址，默认取自配置 / a database file or address; from the configuration by default
  --log FILE          导出的日志（audit export 或控制台的 NDJSON），无需数据库 / a log that was exported, without its database
  --entries-only      导出时未带明细 / it was exported without details
  --checkpoint FILE   见证方保存的检查点，可多次给出 / checkpoints that a witness kept; may be given several times
  --key FILE          服务的公钥（PEM），用以核对检查点的签名 / public key of the service (PEM), to check their signatures
  --accept-restoration N --key FILE
                      第 N 条声明的恢复已经查明，可多次给出 / the restoration declared in entry N has been looked into; may be given several times
  --head SIZE:SM3     此前记下的树头，必须仍成立 / a head noted earlier, which must still hold

用法 / usage: onelock audit export --to FILE [--db PLACE] [--entries-only] [--json]

  把整部日志核验后写成文件（NDJSON，每行一条），供他人脱离数据库核验；--entries-only 不带明细，只留其摘要
  verifies the whole log and writes it to a file (NDJSON, one entry a line) for others to verify without the database; with
  --entries-only the details stay behind and their digests go along

用法 / usage: onelock audit replay [--db PLACE] [--sequence N] [--json]

  凭留存的依据把每次评判重做一遍，与当时的结论对照；--sequence 只做一条
  judges every recorded judgement again from the evidence that was kept, and compares; with --sequence only that one

  退出码 / exit status: 0 完整 intact, 1 断裂或无从见证 broken or without a witness, 2 用法有误或不可读 wrong use or unreadable
`;

/** One row for each key, from the table in config.ts. */
export function configTable(): string {
  const rows = Object.entries(configKeys).map(([name, { variable, fallback, zh, en }]) => {
    const shown = Array.isArray(fallback) ? fallback.join(',') : String(fallback ?? '');
    return `${variable}  (${name})\n    ${zh}\n    ${en}\n    默认 / default: ${shown === '' ? '—' : shown}\n`;
  });
  return `${rows.join('')}${configFileVariable}\n    JSON 配置文件，键为括号中的名称；环境变量优先\n    JSON file with the names in brackets; variables win over it\n`;
}

/** The same for programs: one object with a list of rows. */
export function configJson(): string {
  const keys = Object.entries(configKeys).map(([name, { variable, fallback, zh, en }]) => ({
    name,
    variable,
    fallback,
    zh,
    en,
  }));
  return `${JSON.stringify({ configFileVariable, keys })}\n`;
}
