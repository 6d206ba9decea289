import path from 'node:path';
import { integer, optionalPath, paths, postgresAddress, text } from '../config-values.ts';
import { key } from './config-key.ts';

/** Where the service listens, and where it keeps what it knows. */
export const storageKeys = {
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
} as const;
