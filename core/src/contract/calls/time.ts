import { defineCall } from '../define-call.ts';
import { DigestAlgorithm } from '../schemas/algorithms.ts';
import { exampleDigest, exampleSubject, exampleToken } from '../schemas/examples.ts';
import {
  about,
  bytes,
  closed,
  hex,
  instant,
  integer,
  limits,
  literal,
  nullable,
  oid,
  oneOf,
  optional,
  union,
} from '../schemas/primitives.ts';
import { VerdictSubject, verdictWith } from '../schemas/verdict.ts';

const family = 'time';

const Stamped = union(
  [
    closed({
      kind: about(literal('digest'), '摘要', 'A digest'),
      digest: bytes({ min: 32, max: 64 }, '摘要', 'The digest'),
      algorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
    }),
    closed({
      kind: about(literal('data'), '数据，由代理计算摘要', 'Data, digested by the agent'),
      data: bytes({ min: 1, max: limits.content }, '数据', 'The data'),
      algorithm: optional(DigestAlgorithm),
    }),
  ],
  '被盖时间戳的内容',
  'What is stamped',
);

const Token = bytes(
  { min: 64, max: 262_144 },
  '时间戳令牌（RFC 3161 TimeStampToken，DER）',
  'The token (RFC 3161 TimeStampToken, DER)',
);

const facts = {
  time: instant('时间戳时间', 'Time of the stamp'),
  accuracyMs: nullable(
    integer({ min: 0, max: 86_400_000 }, '毫秒', 'Milliseconds'),
    '精度（毫秒）；未声明为 null',
    'Accuracy in milliseconds; null when not stated',
  ),
  serialNumber: hex({ min: 1, max: 128 }, '序列号（十六进制）', 'Serial number (hexadecimal)'),
  policy: oid('策略 OID', 'Policy OID'),
  digestAlgorithm: oneOf(['sm3', 'sha256', 'sha384', 'sha512'], '摘要算法', 'Digest algorithm'),
};

const exampleFacts = {
  time: '2026-11-22T16:00:01Z',
  accuracyMs: 1000,
  serialNumber: '0f3a',
  policy: '1.2.3.4.5',
  digestAlgorithm: 'sm3',
} as const;

export const createTimestamp = defineCall({
  number: 45,
  name: 'createTimestamp',
  family,
  titleZh: '申请时间戳',
  title: 'Create a time-stamp',
  consent: 'origin',
  since: '1.0',
  clauses: ['RFC 3161 §2.4', 'GM/T 0033-2014'],
  summaryZh: '向时间戳机构申请时间戳（SM3 或 SHA-2），核对应答与请求一致后返回。',
  summary:
    'Asks a time-stamping authority (SM3 or SHA-2) and checks that the answer fits the question before handing it over.',
  params: closed({ stamped: Stamped }),
  result: closed({
    token: Token,
    ...facts,
    authority: nullable(
      VerdictSubject,
      '时间戳机构；令牌中无证书为 null',
      'The authority; null when its certificate is not inside',
    ),
  }),
  errors: ['ERR_SERVICE_UNAVAILABLE', 'ERR_TIMESTAMP_REFUSED', 'ERR_TIMESTAMP_MALFORMED', 'ERR_TIMESTAMP_MISMATCH'],
  example: {
    params: { stamped: { kind: 'digest', digest: exampleDigest, algorithm: 'sm3' } },
    result: { token: exampleToken, ...exampleFacts, authority: exampleSubject },
  },
  invalidExamples: [
    { why: 'nothing is stamped', whyZh: '没有说明给什么盖时间戳', field: '/stamped', params: {} },
    {
      why: 'a page does not choose the authority',
      whyZh: '页面不指定时间戳机构',
      field: '/url',
      params: { stamped: { kind: 'digest', digest: exampleDigest, algorithm: 'sm3' }, url: 'http://10.0.0.1/' },
    },
    {
      why: 'a digest without its algorithm',
      whyZh: '摘要缺少算法',
      field: '/stamped/algorithm',
      params: { stamped: { kind: 'digest', digest: exampleDigest } },
    },
  ],
});

export const verifyTimestamp = defineCall({
  number: 46,
  name: 'verifyTimestamp',
  family,
  titleZh: '验证时间戳',
  title: 'Verify a time-stamp',
  consent: 'none',
  since: '1.0',
  clauses: ['RFC 3161 §2.4.2', 'GM/T 0033-2014 STF_VerifyTSValidity'],
  summaryZh: '验证时间戳令牌的签名、机构证书的用途与所盖内容是否一致，给出结论和时间。',
  summary:
    "Verdict on a token: its signature, the purpose of the authority's certificate, and whether it stamps this content; with the time.",
  params: closed({
    token: Token,
    stamped: Stamped,
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
  }),
  result: verdictWith(
    {
      ...facts,
      authority: nullable(VerdictSubject, '时间戳机构；未找到为 null', 'The authority; null when not found'),
      checkedBy: oneOf(['service', 'agent'], '由谁评判', 'Who judged'),
    },
    '时间戳结论',
    'Verdict on a time-stamp',
  ),
  errors: ['ERR_TIMESTAMP_MALFORMED', 'ERR_SERVICE_UNAVAILABLE'],
  example: {
    params: { token: exampleToken, stamped: { kind: 'digest', digest: exampleDigest, algorithm: 'sm3' } },
    result: { indication: 'passed', ...exampleFacts, authority: exampleSubject, checkedBy: 'service' },
  },
  invalidExamples: [
    {
      why: 'what was stamped is missing',
      whyZh: '缺少被盖时间戳的内容',
      field: '/stamped',
      params: { token: exampleToken },
    },
    {
      why: 'the token is missing',
      whyZh: '缺少时间戳令牌',
      field: '/token',
      params: { stamped: { kind: 'digest', digest: exampleDigest, algorithm: 'sm3' } },
    },
    {
      why: 'a kind that does not exist',
      whyZh: '没有这个种类',
      field: '/stamped/kind',
      params: { token: exampleToken, stamped: { kind: 'file' } },
    },
  ],
});
