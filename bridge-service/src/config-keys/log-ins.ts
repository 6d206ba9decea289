import { integer, oneOf, ports, publicOrigin } from '../config-values.ts';
import { key } from './config-key.ts';

/** How platforms and people log in, and for how long. */
export const logInKeys = {
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
  newCaRevocation: key({
    variable: 'ONELOCK_SERVICE_NEW_CA_REVOCATION',
    fallback: 'require' as 'require' | 'if-available',
    zh: '新登记的 CA 的证书查不到吊销状态时：require 不下结论，if-available 通过并注明未核实；登记时可另行指定',
    en: 'What counts for certificates of a CA that enters where nobody can tell whether they are revoked: require decides nothing, if-available passes them and says so; whoever registers the CA may say otherwise',
    read: oneOf('require', 'if-available'),
  }),
  consoleIdleMinutes: key({
    variable: 'ONELOCK_SERVICE_CONSOLE_IDLE_MINUTES',
    fallback: 30,
    zh: '管理控制台的会话闲置多久后结束（分钟）',
    en: 'How long a session of the console may be idle, in minutes',
    read: integer(1, 480),
  }),
  consoleCheckSeconds: key({
    variable: 'ONELOCK_SERVICE_CONSOLE_CHECK_SECONDS',
    fallback: 180,
    zh: '管理控制台的会话使用中，每隔多久重新判定其证书（秒）；已吊销的随即结束',
    en: 'How often the certificate of a console session is judged again while it acts, in seconds; a revoked one ends it',
    read: integer(10, 900),
  }),
  consoleGraceMinutes: key({
    variable: 'ONELOCK_SERVICE_CONSOLE_GRACE_MINUTES',
    fallback: 15,
    zh: '吊销状态查不到时，管理控制台的会话还可改动多久（分钟），其后只可查看',
    en: 'How long a console session may still change things when nobody can say whether its certificate is revoked, in minutes; then it only reads',
    read: integer(0, 120),
  }),
  consoleSessionHours: key({
    variable: 'ONELOCK_SERVICE_CONSOLE_SESSION_HOURS',
    fallback: 10,
    zh: '管理控制台的会话最长多久（小时），到时须重新登录',
    en: 'Longest session of the console, in hours; then one logs in again',
    read: integer(1, 24),
  }),
} as const;
