import Type from 'typebox';
import { jobNames } from '../../services/statistics/state.ts';
import { closed, Instant, nullable, oneOf, recordId } from './common.ts';

const Count = Type.Integer({ minimum: 0 });

export const SpanQuery = {
  from: Type.Optional(Instant),
  until: Type.Optional(Instant),
  platform: Type.Optional(recordId('clr')),
};

const tallies = { passed: Count, failed: Count, indeterminate: Count };
const Tallies = closed(tallies, '各结论的次数 / verdicts by kind');
const Group = closed({
  id: Type.String({ description: '空：未知 / empty: not known' }),
  name: Type.String(),
  logins: Tallies,
  judgements: Tallies,
  gaveUp: Type.Integer({
    minimum: 0,
    description: '平台上报的、领了挑战却没有令牌的次数 / challenges that no token came for, as platforms tell',
  }),
});

export const OverviewSchema = closed({
  from: Instant,
  until: Instant,
  counted: Type.Integer({ description: '已统计的审计记录数 / entries of the audit log that are counted' }),
  recorded: Type.Integer({ description: '审计记录总数 / entries that there are' }),
  actions: Type.Array(closed({ action: Type.String(), ...tallies })),
  cas: Type.Array(Group),
  platforms: Type.Array(Group),
  drivers: Type.Array(Group),
  reasons: Type.Array(closed({ action: Type.String(), reason: Type.String(), count: Count })),
  step: oneOf(['hour', 'day'], '每格长度；日按北京时间 / length of a step; days are those of Beijing'),
  series: Type.Array(closed({ at: Instant, logins: Tallies, judgements: Tallies })),
});

const Steps = Type.Array(closed({ step: Type.String(), count: Count }));
const seconds = nullable(Type.Integer({ description: '秒，所在档的上限 / seconds, upper bound of the class' }));

export const FunnelsSchema = closed({
  from: Instant,
  until: Instant,
  login: Steps,
  gaveUp: Count,
  ticket: Steps,
  waits: closed(
    {
      classes: Type.Array(closed({ seconds: Type.Integer(), count: Count })),
      half: seconds,
      nineInTen: seconds,
    },
    '从发出挑战到收到令牌 / from the challenge to the token',
  ),
});

const Within = Type.Array(Count, { description: '与 days 对应 / as in `days`' });

export const ExpirySchema = closed({
  at: Instant,
  days: Type.Array(Type.Integer()),
  total: Within,
  cas: Type.Array(closed({ id: Type.String(), name: Type.String(), within: Within })),
});

export const ExpiringCertificateSchema = closed({
  id: recordId('crt'),
  companyId: nullable(Type.String()),
  companyName: nullable(Type.String()),
  creditCode: nullable(Type.String()),
  issuer: Type.String(),
  serialNumber: Type.String(),
  subject: Type.String(),
  notAfter: Instant,
  daysLeft: Type.Integer(),
  lastUsedAt: nullable(Instant),
  successors: Type.Integer({
    description: '该企业更晚到期的有效证书数 / certificates of the company that end later',
  }),
});

export const SavingsSchema = closed({
  assumption: closed(
    { keysPerPlatform: Type.Integer(), keyPriceYuan: Type.Integer() },
    '计算所依据的假设，来自配置 / what it is reckoned by, from the configuration',
  ),
  holders: Count,
  certificates: Count,
  keysWithout: Count,
  keysSpared: Count,
  yuanSpared: nullable(Count),
  holdersByPlatforms: Type.Array(closed({ platforms: Count, holders: Count })),
});

const Source = closed({
  source: Type.String(),
  caId: nullable(Type.String()),
  caName: nullable(Type.String()),
  kind: oneOf(['crl', 'ocsp', 'ca-issuers', 'tsa'], '种类 / kind'),
  url: Type.String(),
  state: oneOf(
    ['fresh', 'stale', 'failing', 'waiting'],
    '新鲜、过期、失败、尚未取过 / fresh, stale, failing, never asked',
  ),
  failures: Count,
  lastAttemptAt: nullable(Instant),
  lastSuccessAt: nullable(Instant),
  nextAttemptAt: Instant,
  lastError: nullable(closed({ code: Type.String(), params: Type.Record(Type.String(), Type.Unknown()) })),
  list: nullable(Type.Record(Type.String(), Type.Unknown())),
});

const Node = closed({
  id: recordId('nod'),
  host: Type.String(),
  startedAt: Instant,
  seenAt: Instant,
  state: oneOf(['working', 'silent'], '工作中、无心跳 / working, silent'),
  version: Type.String(),
  cryptoEngine: Type.String(),
  database: oneOf(['sqlite', 'postgres'], '数据库 / database'),
  rssBytes: Count,
  loopDelayMs: Type.Number({ description: '事件循环最慢一次的延迟 / how late the event loop was at worst' }),
  clockOffsetMs: nullable(Type.Number({ description: '对时服务器减本机 / time server minus this machine' })),
  clockDoubt: nullable(Type.String()),
});

export const StateSchema = closed({
  at: Instant,
  nodes: Type.Array(Node),
  audit: closed({
    log: Type.String(),
    size: Count,
    unwitnessed: Type.Integer({ description: '尚无检查点覆盖的记录数 / entries that no checkpoint covers' }),
    checkpointSize: Count,
    checkpointAt: nullable(Instant),
    counted: Count,
  }),
  registered: closed({ companies: Count, certificates: Count, platforms: Count }),
  sources: closed(
    {
      counts: closed({ stale: Count, failing: Count, waiting: Count, fresh: Count }),
      items: Type.Array(Source),
    },
    '各状态的数目；列出最该看的前 50 个，全部见 GET /v1/evidence-sources / how many are in each state, and the first 50, those to look at first',
  ),
  unchecked: closed(
    {
      count: Count,
      cas: Type.Array(closed({ id: recordId('ca'), name: Type.String(), sources: Type.Boolean() })),
    },
    '查不到吊销状态也通过的 CA，列出其中前几家；sources：是否登记了 OCSP 或吊销列表 / CAs whose certificates pass where nobody can tell whether they are revoked, the first of them by name; whether OCSP or a list is registered',
  ),
  outbox: closed({
    last: Count,
    webhooks: Type.Array(
      closed({
        id: recordId('whk'),
        name: Type.String(),
        waiting: Count,
        failures: Count,
        nextAttemptAt: Instant,
        lastSuccessAt: nullable(Instant),
        lastError: nullable(Type.String()),
      }),
    ),
  }),
  waiting: closed({ alerts: Count, changeSets: Count, watchEntries: Count }),
  jobs: Type.Array(
    closed({
      name: oneOf(jobNames, '任务 / job'),
      lastAt: nullable(Instant),
      detail: nullable(Type.String()),
    }),
  ),
});
