import { addresses, flag, integer, proxyAddress } from '../config-values.ts';
import { key } from './config-key.ts';

/** How long records are kept, how judgements are made, and where evidence for them is fetched. */
export const evidenceKeys = {
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
  outboundProxy: key({
    variable: 'ONELOCK_SERVICE_OUTBOUND_PROXY',
    fallback: null as string | null,
    zh: '出网所经的 HTTP 代理（http://主机:端口）；outboundNetworks 中的地址不经代理。证书里写的地址仍在本机解析、核对后按地址请求',
    en: 'HTTP proxy for what leaves (http://host:port); addresses in outboundNetworks are reached without it. What certificates name is still resolved and checked here, and asked for by address',
    read: proxyAddress,
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
} as const;
