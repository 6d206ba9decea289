import { integer, oneOf } from '../config-values.ts';
import { key } from './config-key.ts';

/** How it is run: whose consent a change takes, what is published, counted and logged. */
export const operationKeys = {
  changeControl: key({
    variable: 'ONELOCK_SERVICE_CHANGE_CONTROL',
    fallback: 'direct' as 'direct' | 'two-person',
    zh: 'CA、平台与控制台人员如何变更：direct 可直接变更；two-person 只能以变更单提出并由另一人批准（正式使用应选）',
    en: 'How CAs, platforms and people of the console are changed: direct, or two-person: by change sets alone that another person approves (the choice in earnest)',
    read: oneOf('direct', 'two-person'),
  }),
  statusPage: key({
    variable: 'ONELOCK_SERVICE_STATUS_PAGE',
    fallback: 'off' as 'off' | 'public',
    zh: '公开的状态页 /status：public 时任何人可看服务是否正常、各 CA 证据源是否新鲜（没有个人信息、地址与用量）',
    en: 'Public status page at /status: with public anybody sees whether the service is well and how fresh the sources of CAs are (no personal data, addresses or numbers of uses)',
    read: oneOf('off', 'public'),
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
  statisticsSeconds: key({
    variable: 'ONELOCK_SERVICE_STATISTICS_SECONDS',
    fallback: 1,
    zh: '每隔多久把审计日志的新记录计入统计（秒）；0 表示本节点不统计',
    en: 'How often what the audit log has grown by is counted, in seconds; 0: not by this node',
    read: integer(0, 86_400),
  }),
  savingsKeysPerPlatform: key({
    variable: 'ONELOCK_SERVICE_SAVINGS_KEYS_PER_PLATFORM',
    fallback: 1,
    zh: '节省测算的假设：没有互认时，一家企业在每个平台需要几把密钥；显示在数字旁',
    en: 'Assumption of the savings: keys that a company would need for each platform without mutual recognition; shown beside the numbers',
    read: integer(1, 100),
  }),
  savingsKeyPriceYuan: key({
    variable: 'ONELOCK_SERVICE_SAVINGS_KEY_PRICE_YUAN',
    fallback: 0,
    zh: '节省测算的假设：一把密钥一年的价格（元）；0 表示不折算金额',
    en: 'Assumption of the savings: price of a key for a year, in yuan; 0: no money is reckoned',
    read: integer(0, 1_000_000),
  }),
  logLevel: key({
    variable: 'ONELOCK_SERVICE_LOG_LEVEL',
    fallback: 'info' as 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent',
    zh: '日志级别，日志写到标准错误',
    en: 'Log level; the log goes to standard error',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  }),
} as const;
