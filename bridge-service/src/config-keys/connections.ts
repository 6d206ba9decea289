import { addresses, flag, integer, optionalPath } from '../config-values.ts';
import { key } from './config-key.ts';

/** Who may connect, and how much they may ask. */
export const connectionKeys = {
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
  tlsClientCertificates: key({
    variable: 'ONELOCK_SERVICE_TLS_CLIENT_CERTIFICATES',
    fallback: false as boolean,
    zh: '是否在自身的 HTTPS 上向客户端索要证书（平台的 mtls 认证）；浏览器也会弹出选择框，宜另开一个节点供服务器调用',
    en: 'Whether our own HTTPS asks clients for a certificate (platforms with `mtls`); browsers ask people then too, so a node of its own for servers is best',
    read: flag,
  }),
  clientCertificateHeader: key({
    variable: 'ONELOCK_SERVICE_CLIENT_CERTIFICATE_HEADER',
    fallback: false as boolean,
    zh: '是否采信受信任代理所加的 Client-Cert 头（RFC 9440）；代理须先删去来者自带的同名头',
    en: 'Whether the header Client-Cert (RFC 9440) of trusted proxies is believed; the proxy has to take away one that a client sends itself',
    read: flag,
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
} as const;
