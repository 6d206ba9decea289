import { flag, hosts, integer, oid, optionalPath } from '../config-values.ts';
import { key } from './config-key.ts';

/** Imports of the stock, time-stamps and the clock, and the form of the program’s output. */
export const importAndTimeKeys = {
  importLimitBytes: key({
    variable: 'ONELOCK_SERVICE_IMPORT_LIMIT_BYTES',
    fallback: 512 * 1024 * 1024,
    zh: '存量导入单个文件的大小上限（字节）',
    en: 'Largest file of a stock import, in bytes',
    read: integer(1024, 4 * 1024 * 1024 * 1024),
  }),
  importMostRows: key({
    variable: 'ONELOCK_SERVICE_IMPORT_MOST_ROWS',
    fallback: 300_000,
    zh: '存量导入单个文件的行数（证书数）上限；检查时每行约占内存 300 字节',
    en: 'Most rows (certificates) of one stock import; a check takes some 300 bytes of memory for each',
    read: integer(1, 5_000_000),
  }),
  importLeaseSeconds: key({
    variable: 'ONELOCK_SERVICE_IMPORT_LEASE_SECONDS',
    fallback: 15,
    zh: '处理导入的节点失去联系多久后由其他节点接手（秒）；各节点时钟相差应小于它',
    en: 'After how many seconds without word another node takes over an import; clocks of nodes should differ by less',
    read: integer(2, 3_600),
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
