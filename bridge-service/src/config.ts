import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import type { DatabaseLocation } from './repositories/engine/database-location.ts';
import type { ChangeRules, Lifetimes } from './services/ports/ports.ts';

/** One configuration key. The documentation and `--help` are written from these rows. */
export interface ConfigKey<T> {
  /** Environment variable; it wins over the file. */
  readonly variable: `ONELOCK_SERVICE_${string}` | 'ONELOCK_MACHINE_OUTPUT';
  readonly fallback: T;
  readonly zh: string;
  readonly en: string;
  /** Reads the text of the variable, or of the file's value, into its type; throws a sentence naming the rule. */
  readonly read: (text: string) => T;
}

class RuleError extends Error {}

const text = (value: string): string => value;
const optionalPath = (value: string): string | null => (value === '' ? null : path.resolve(value));
const postgresAddress = (value: string): string | null => {
  if (value === '') return null;
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value))
    throw new RuleError('postgres://user@host/database');
  return value;
};
const flag = (value: string): boolean => {
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false' || value === '') return false;
  throw new RuleError('0 | 1');
};
const oneOf =
  <const T extends string>(...allowed: readonly T[]) =>
  (value: string): T => {
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw new RuleError(allowed.join(' | '));
    return found;
  };
const integer =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) throw new RuleError(`${min} … ${max}`);
    return number;
  };
const paths = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => path.resolve(item));
const addresses = (value: string): readonly string[] => {
  const list = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const item of list) {
    const [address = '', bits, ...rest] = item.split('/');
    const version = isIP(address);
    const widest = version === 4 ? 32 : 128;
    if (version === 0 || rest.length > 0 || (bits !== undefined && (!/^\d+$/.test(bits) || Number(bits) > widest)))
      throw new RuleError('IP address or CIDR, comma-separated');
  }
  return list;
};

const oid = (value: string): string => {
  if (!/^[0-2](\.(0|[1-9]\d{0,38})){1,30}$/.test(value)) throw new RuleError('OID');
  return value;
};
const hosts = (value: string): readonly string[] => {
  const list = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const item of list)
    if (!/^(\[[0-9a-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(item)) throw new RuleError('host[:port], comma-separated');
  return list;
};

const publicOrigin = (value: string): string | null => {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.origin !== value.replace(/\/$/, '') || !/^https?:$/.test(url.protocol))
    throw new RuleError('https://host[:port]');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new RuleError('https beyond this machine');
  return url.origin;
};
const ports = (value: string): readonly number[] => {
  const list = value.split(',').map((item) => item.trim());
  return list.map((item) => integer(1, 65_535)(item));
};

const key = <T>(row: ConfigKey<T>): ConfigKey<T> => row;

/** Every key of the service. Units are in the names. */
export const configKeys = {
  host: key({
    variable: 'ONELOCK_SERVICE_HOST',
    fallback: '127.0.0.1',
    zh: '监听地址。非本机回环地址要求同时配置 TLS 证书或受信任的反向代理',
    en: 'Address to listen on. Beyond loopback it requires a TLS certificate or a list of trusted proxies',
    read: text,
  }),
  port: key({
    variable: 'ONELOCK_SERVICE_PORT',
    fallback: 18960,
    zh: '监听端口；0 表示由系统分配',
    en: 'Port to listen on; 0 lets the system choose',
    read: integer(0, 65_535),
  }),
  dataDir: key({
    variable: 'ONELOCK_SERVICE_DATA_DIR',
    fallback: path.resolve('.onelock/service'),
    zh: '数据目录，内有数据库文件 service.db',
    en: 'Folder of the data; holds the database file service.db',
    read: (value) => path.resolve(value),
  }),
  databaseUrl: key({
    variable: 'ONELOCK_SERVICE_DATABASE_URL',
    fallback: null as string | null,
    zh: 'PostgreSQL 地址（postgres://用户@主机/库）；不设则用数据目录下的内嵌数据库',
    en: 'Address of PostgreSQL (postgres://user@host/database); without it, the embedded database in the data folder',
    read: postgresAddress,
  }),
  databasePasswordFile: key({
    variable: 'ONELOCK_SERVICE_DATABASE_PASSWORD_FILE',
    fallback: null as string | null,
    zh: 'PostgreSQL 口令文件；口令不应写在地址里',
    en: 'File with the password of PostgreSQL, which should not stand in the address',
    read: optionalPath,
  }),
  secretsDir: key({
    variable: 'ONELOCK_SERVICE_SECRETS_DIR',
    fallback: null as string | null,
    zh: '密钥目录，默认为数据目录下的 secrets；首次启动时生成。同一数据库的各节点须内容一致',
    en: 'Folder of secrets, `secrets` in the data folder by default, made at the first start. Nodes on one database must have the same',
    read: optionalPath,
  }),
  witnessDirs: key({
    variable: 'ONELOCK_SERVICE_WITNESS_DIRS',
    fallback: [] as readonly string[],
    zh: '另存审计日志检查点的目录（宜在别的机器的磁盘上），逗号分隔；数据目录下的 checkpoints 总会写入',
    en: 'More folders that keep checkpoints of the audit log (on disks of other machines, best), comma-separated; `checkpoints` in the data folder always does',
    read: paths,
  }),
  changeControl: key({
    variable: 'ONELOCK_SERVICE_CHANGE_CONTROL',
    fallback: 'direct' as 'direct' | 'two-person',
    zh: 'CA 登记如何变更：direct 可直接变更；two-person 只能以变更单提出并由另一人批准（正式使用应选）',
    en: 'How the registry of CAs is changed: direct, or two-person: by change sets alone that another person approves (the choice in earnest)',
    read: oneOf('direct', 'two-person'),
  }),
  freezeLeadMinutes: key({
    variable: 'ONELOCK_SERVICE_FREEZE_LEAD_MINUTES',
    fallback: 120,
    zh: '开标前多久起冻结变更（分钟）',
    en: 'How long before a bid opening changes are frozen, in minutes',
    read: integer(0, 10_080),
  }),
  originRegistryHours: key({
    variable: 'ONELOCK_SERVICE_ORIGIN_REGISTRY_HOURS',
    fallback: 72,
    zh: '发布给代理的来源登记的有效期（小时）',
    en: 'Lifetime of the registry of origins that is published for agents, in hours',
    read: integer(1, 24 * 90),
  }),
  auditCheckpointSeconds: key({
    variable: 'ONELOCK_SERVICE_AUDIT_CHECKPOINT_SECONDS',
    fallback: 60,
    zh: '审计日志有新记录时，每隔多久签发一次检查点（秒）',
    en: 'How often a checkpoint of the audit log is signed while it grows, in seconds',
    read: integer(1, 86_400),
  }),
  logLevel: key({
    variable: 'ONELOCK_SERVICE_LOG_LEVEL',
    fallback: 'info' as 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent',
    zh: '日志级别，日志写到标准错误',
    en: 'Log level; the log goes to standard error',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  }),
  tlsCertificateFile: key({
    variable: 'ONELOCK_SERVICE_TLS_CERTIFICATE_FILE',
    fallback: null as string | null,
    zh: 'HTTPS 证书链文件（PEM）；与私钥文件同时配置后以 HTTPS 提供服务',
    en: 'File of the HTTPS certificate chain (PEM); with the key file, the service speaks HTTPS',
    read: optionalPath,
  }),
  tlsKeyFile: key({
    variable: 'ONELOCK_SERVICE_TLS_KEY_FILE',
    fallback: null as string | null,
    zh: 'HTTPS 私钥文件（PEM）',
    en: 'File of the HTTPS private key (PEM)',
    read: optionalPath,
  }),
  trustedProxies: key({
    variable: 'ONELOCK_SERVICE_TRUSTED_PROXIES',
    fallback: [] as readonly string[],
    zh: '受信任的反向代理地址或网段，逗号分隔；只有它们的 X-Forwarded-* 会被采信',
    en: 'Addresses or networks of trusted proxies, comma-separated; only their X-Forwarded-* is believed',
    read: addresses,
  }),
  bodyLimitBytes: key({
    variable: 'ONELOCK_SERVICE_BODY_LIMIT_BYTES',
    fallback: 8 * 1024 * 1024,
    zh: '请求体上限（字节）',
    en: 'Largest request body, in bytes',
    read: integer(64 * 1024, 256 * 1024 * 1024),
  }),
  requestTimeoutMs: key({
    variable: 'ONELOCK_SERVICE_REQUEST_TIMEOUT_MS',
    fallback: 30_000,
    zh: '接收一个完整请求的最长时间（毫秒）',
    en: 'Longest time to receive a whole request, in milliseconds',
    read: integer(1_000, 600_000),
  }),
  shutdownTimeoutMs: key({
    variable: 'ONELOCK_SERVICE_SHUTDOWN_TIMEOUT_MS',
    fallback: 10_000,
    zh: '停止时等待进行中请求的最长时间（毫秒）',
    en: 'Longest wait for running requests when stopping, in milliseconds',
    read: integer(0, 600_000),
  }),
  callerRequestsPerMinute: key({
    variable: 'ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE',
    fallback: 6_000,
    zh: '每个调用方每分钟请求上限',
    en: 'Requests per minute for each caller',
    read: integer(1, 10_000_000),
  }),
  agentRequestsPerMinute: key({
    variable: 'ONELOCK_SERVICE_AGENT_REQUESTS_PER_MINUTE',
    fallback: 120,
    zh: '角色为 agent 的调用方按来源地址计的每分钟请求上限',
    en: 'Requests per minute for callers of the role agent, counted per address',
    read: integer(1, 10_000_000),
  }),
  anonymousRequestsPerMinute: key({
    variable: 'ONELOCK_SERVICE_ANONYMOUS_REQUESTS_PER_MINUTE',
    fallback: 300,
    zh: '没有有效凭证的请求按来源地址计的每分钟上限',
    en: 'Requests per minute without a valid credential, counted per address',
    read: integer(1, 10_000_000),
  }),
  codeAttemptsPerMinute: key({
    variable: 'ONELOCK_SERVICE_CODE_ATTEMPTS_PER_MINUTE',
    fallback: 5,
    zh: '一次性管理员代码每分钟尝试次数上限（按来源地址计）',
    en: 'Tries of the one-time administrator code per minute, counted per address',
    read: integer(1, 1_000),
  }),
  codeLifetimeMinutes: key({
    variable: 'ONELOCK_SERVICE_CODE_LIFETIME_MINUTES',
    fallback: 60,
    zh: '一次性管理员代码的有效期（分钟）',
    en: 'Lifetime of a one-time administrator code, in minutes',
    read: integer(1, 24 * 60),
  }),
  challengeLifetimeSeconds: key({
    variable: 'ONELOCK_SERVICE_CHALLENGE_LIFETIME_SECONDS',
    fallback: 300,
    zh: '登录挑战的有效期（秒），最长 5 分钟',
    en: 'Lifetime of a login challenge, in seconds; five minutes at most',
    read: integer(10, 300),
  }),
  publicUrl: key({
    variable: 'ONELOCK_SERVICE_PUBLIC_URL',
    fallback: null as string | null,
    zh: '浏览器访问本服务的地址，如 https://lock.example.cn；OpenID Connect 的 issuer 为其下的 /oidc。不设则为本机监听地址，仅供开发',
    en: 'Address at which browsers reach the service, e.g. https://lock.example.cn; the OpenID Connect issuer is /oidc below it. Without it, the address listened on, for developers',
    read: publicOrigin,
  }),
  loginAgentPorts: key({
    variable: 'ONELOCK_SERVICE_LOGIN_AGENT_PORTS',
    fallback: [18_965, 18_966, 18_967, 18_968] as readonly number[],
    zh: '登录页在本机哪些端口找代理，逗号分隔',
    en: 'Loopback ports at which the login page looks for the agent, comma-separated',
    read: ports,
  }),
  loginProfile: key({
    variable: 'ONELOCK_SERVICE_LOGIN_PROFILE',
    fallback: 'bidding' as 'rfc5280' | 'gm-sign' | 'bidding',
    zh: '登录证书按哪个规则集判定',
    en: 'The profile that login certificates are judged by',
    read: oneOf('rfc5280', 'gm-sign', 'bidding'),
  }),
  idempotencyRetentionHours: key({
    variable: 'ONELOCK_SERVICE_IDEMPOTENCY_RETENTION_HOURS',
    fallback: 24,
    zh: '同一 Idempotency-Key 的应答保留多久（小时）',
    en: 'How long the answer to an Idempotency-Key is kept, in hours',
    read: integer(1, 24 * 30),
  }),
  auditPayloadRetentionDays: key({
    variable: 'ONELOCK_SERVICE_AUDIT_PAYLOAD_RETENTION_DAYS',
    fallback: 3_650,
    zh: '审计记录的明细保留多久（天）；摘要链永久保留',
    en: 'How long the details beside an audit entry are kept, in days; the chain of digests stays for ever',
    read: integer(1, 36_500),
  }),
  verificationThreads: key({
    variable: 'ONELOCK_SERVICE_VERIFICATION_THREADS',
    fallback: 0,
    zh: '用于判定签名与证书的线程数；0 表示在主线程判定，建议设为处理器核数',
    en: 'Threads that judge signatures and certificates; 0 judges in the main thread, the number of cores is a good choice',
    read: integer(0, 256),
  }),
  outbound: key({
    variable: 'ONELOCK_SERVICE_OUTBOUND',
    fallback: true as boolean,
    zh: '是否向 CA 的 OCSP、CRL、颁发者证书与时间戳地址取证据；隔离网设为 0',
    en: 'Whether the service asks CAs for OCSP, CRLs, issuers and time-stamps; 0 in an air-gapped network',
    read: flag,
  }),
  outboundNetworks: key({
    variable: 'ONELOCK_SERVICE_OUTBOUND_NETWORKS',
    fallback: [] as readonly string[],
    zh: '除公网外，已登记的证据源还可位于哪些地址或网段，逗号分隔；证书里写的地址永远不许指向内网',
    en: 'Addresses or networks beyond the public internet where registered sources may be, comma-separated; an address that a certificate names never leads inside',
    read: addresses,
  }),
  evidenceWaitMs: key({
    variable: 'ONELOCK_SERVICE_EVIDENCE_WAIT_MS',
    fallback: 4_000,
    zh: '一次判定最多等待全部证据源多久（毫秒）；迟到的证据留给下一次',
    en: 'How long one judgement waits for all its sources together, in milliseconds; what comes later helps the next one',
    read: integer(50, 60_000),
  }),
  ocspTimeoutMs: key({
    variable: 'ONELOCK_SERVICE_OCSP_TIMEOUT_MS',
    fallback: 5_000,
    zh: '一次 OCSP、颁发者证书或时间戳请求的最长时间（毫秒）',
    en: 'Longest time of one request for OCSP, issuers or a time-stamp, in milliseconds',
    read: integer(50, 60_000),
  }),
  crlTimeoutMs: key({
    variable: 'ONELOCK_SERVICE_CRL_TIMEOUT_MS',
    fallback: 120_000,
    zh: '下载一份吊销列表的最长时间（毫秒）',
    en: 'Longest time to download a revocation list, in milliseconds',
    read: integer(50, 3_600_000),
  }),
  crlLimitBytes: key({
    variable: 'ONELOCK_SERVICE_CRL_LIMIT_BYTES',
    fallback: 128 * 1024 * 1024,
    zh: '吊销列表的大小上限（字节）；一百万条约 40 MB',
    en: 'Largest revocation list, in bytes; one of a million entries has some 40 MB',
    read: integer(64 * 1024, 256 * 1024 * 1024),
  }),
  listRetentionDays: key({
    variable: 'ONELOCK_SERVICE_LIST_RETENTION_DAYS',
    fallback: 7,
    zh: '被新列表取代的吊销列表再保留多久（天），供复验判定',
    en: 'How long a revocation list is kept after a newer one took its place, in days, for whoever replays a judgement',
    read: integer(0, 36_500),
  }),
  tsaDir: key({
    variable: 'ONELOCK_SERVICE_TSA_DIR',
    fallback: null as string | null,
    zh: '内置时间戳服务（供试验省使用）的密钥目录：NAME.pem 为证书及其链，NAME.key.pem 为 PKCS#8 私钥；不设则不提供',
    en: 'Folder of keys of the built-in time-stamping authority, for test provinces: NAME.pem is a certificate and its chain, NAME.key.pem its PKCS#8 key; none without it',
    read: optionalPath,
  }),
  tsaPolicy: key({
    variable: 'ONELOCK_SERVICE_TSA_POLICY',
    fallback: '2.999.1',
    zh: '内置时间戳服务的策略 OID；默认值属于示例弧，正式使用须换',
    en: 'Policy OID of the built-in time-stamping authority; the default is of the arc for examples and has to be replaced in earnest',
    read: oid,
  }),
  timeServers: key({
    variable: 'ONELOCK_SERVICE_TIME_SERVERS',
    fallback: [] as readonly string[],
    zh: '对时的 SNTP 服务器，主机[:端口]，逗号分隔；时钟偏差超过 1 秒时不签发时间戳',
    en: 'SNTP servers to compare the clock with, host[:port], comma-separated; no stamps while the clock is off by more than a second',
    read: hosts,
  }),
  machineOutput: key({
    variable: 'ONELOCK_MACHINE_OUTPUT',
    fallback: false,
    zh: '为 1 时标准输出只打印每行一个的 JSON 事件',
    en: 'When 1, standard output carries one JSON event a line and nothing else',
    read: flag,
  }),
} as const;

type Keys = typeof configKeys;
export type ServiceConfig = { readonly [Name in keyof Keys]: Keys[Name]['fallback'] };

/** The one key that names the configuration file: a JSON object whose names are those of {@link configKeys}. */
export const configFileVariable = 'ONELOCK_SERVICE_CONFIG_FILE';

/**
 * Reads the configuration once: file first, environment over it, then the defaults.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID naming the variable or the file's key, and the rule
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const fromFile = readConfigFile(environment[configFileVariable]);
  const values = Object.fromEntries(
    Object.entries(configKeys).map(([name, row]) => {
      const written = environment[row.variable] ?? fromFile.get(name);
      if (written === undefined) return [name, row.fallback];
      try {
        return [name, row.read(written)];
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        throw new CodedError(
          'ERR_SERVICE_CONFIG_INVALID',
          { key: row.variable, rule: error.message },
          { cause: error },
        );
      }
    }),
  ) as unknown as ServiceConfig;
  checkTogether(values);
  return Object.freeze(values);
}

function readConfigFile(file: string | undefined): ReadonlyMap<string, string> {
  if (file === undefined || file === '') return new Map();
  const invalid = (rule: string, cause?: unknown): CodedError =>
    new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: configFileVariable, rule }, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid('a readable JSON file', error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('a JSON object');
  return new Map(
    Object.entries(parsed).map(([name, value]) => {
      if (!Object.hasOwn(configKeys, name)) throw invalid(`unknown key ${name}`);
      if (Array.isArray(value)) return [name, value.join(',')];
      if (typeof value === 'object') throw invalid(`${name}: text, number, boolean or list`);
      return [name, String(value)];
    }),
  );
}

/** Variables that look like ours and are not: a misspelt one would otherwise be silently without effect. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = new Set<string>([configFileVariable, ...Object.values(configKeys).map((row) => row.variable)]);
  return Object.keys(environment).filter((name) => name.startsWith('ONELOCK_SERVICE_') && !known.has(name));
}

/** Name of the database file in the data folder. */
const databaseFileName = 'service.db';

type PlaceKeys = Pick<ServiceConfig, 'dataDir' | 'databaseUrl' | 'databasePasswordFile'>;

/**
 * Where the service remembers, by its configuration: PostgreSQL when there is an address, else the file in the data folder.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID when the file of the password cannot be read
 */
export function databaseLocationOf({ dataDir, databaseUrl, databasePasswordFile }: PlaceKeys): DatabaseLocation {
  if (databaseUrl === null) return { engine: 'sqlite', file: path.join(dataDir, databaseFileName) };
  if (databasePasswordFile === null) return { engine: 'postgres', url: databaseUrl };
  try {
    return { engine: 'postgres', url: databaseUrl, password: readFileSync(databasePasswordFile, 'utf8').trimEnd() };
  } catch (error) {
    throw new CodedError(
      'ERR_SERVICE_CONFIG_INVALID',
      { key: configKeys.databasePasswordFile.variable, rule: 'a readable file' },
      { cause: error },
    );
  }
}

/** Folder of the service's own secrets. */
export const secretsFolderOf = ({ secretsDir, dataDir }: Pick<ServiceConfig, 'secretsDir' | 'dataDir'>): string =>
  secretsDir ?? path.join(dataDir, 'secrets');

/** Folders that keep checkpoints of the audit log outside the database; the first is beside the data. */
export const witnessFoldersOf = ({
  witnessDirs,
  dataDir,
}: Pick<ServiceConfig, 'witnessDirs' | 'dataDir'>): readonly string[] => [
  path.join(dataDir, 'checkpoints'),
  ...witnessDirs,
];

export const changeRulesOf = (config: ServiceConfig): ChangeRules => ({
  control: config.changeControl,
  freezeLeadMinutes: config.freezeLeadMinutes,
  originRegistryHours: config.originRegistryHours,
});

export const lifetimesOf = (config: ServiceConfig): Lifetimes => ({
  challengeSeconds: config.challengeLifetimeSeconds,
  codeMinutes: config.codeLifetimeMinutes,
  idempotencyHours: config.idempotencyRetentionHours,
  auditPayloadDays: config.auditPayloadRetentionDays,
});

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address is this machine's own; IPv4 inside IPv6 counts as IPv4. */
export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function checkTogether(config: ServiceConfig): void {
  const withTls = config.tlsCertificateFile !== null && config.tlsKeyFile !== null;
  if (!withTls && (config.tlsCertificateFile !== null || config.tlsKeyFile !== null))
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.tlsKeyFile.variable,
      rule: `${configKeys.tlsCertificateFile.variable} and ${configKeys.tlsKeyFile.variable} go together`,
    });
  if (!isLoopback(config.host) && !withTls && config.trustedProxies.length === 0)
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', {
      key: configKeys.host.variable,
      rule: `beyond loopback, set ${configKeys.tlsCertificateFile.variable} or ${configKeys.trustedProxies.variable}`,
    });
}
