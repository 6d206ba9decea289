import { defineCall } from '../define-call.ts';
import { DigestAlgorithm } from '../schemas/algorithms.ts';
import { Display } from '../schemas/common.ts';
import {
  exampleCertificate,
  exampleChallenge,
  exampleKey,
  exampleMessage,
  exampleRemoteSession,
  exampleSignature,
} from '../schemas/examples.ts';
import { RemoteSessionId } from '../schemas/handles.ts';
import { Challenge, LoginToken } from '../schemas/login-token.ts';
import {
  about,
  bytes,
  closed,
  instant,
  limits,
  list,
  literal,
  nullable,
  oneOf,
  optional,
  text,
  union,
} from '../schemas/primitives.ts';
import { RemoteSessionState } from '../schemas/remote-session.ts';
import { Reason } from '../schemas/verdict.ts';

const family = 'cloud-and-phone';

const itemId = text({ max: 64, pattern: '^[A-Za-z0-9._-]+$' }, '项编号', 'Id of the item');

const DigestItem = closed(
  {
    id: itemId,
    title: text({ max: 120 }, '标题，逐项显示在手机上', 'Title; every one is shown on the phone'),
    digest: bytes({ min: 32, max: 64 }, '内容摘要', 'Digest of the content'),
    algorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
  },
  ['一项', 'One item'],
);

const RemoteAct = union(
  [
    closed({ act: about(literal('login'), '登录', 'Log in'), challenge: Challenge }),
    closed({
      act: about(literal('sign'), '签名', 'Sign'),
      items: list(DigestItem, { min: 1, max: 100 }, '各项', 'The items'),
    }),
    closed({
      act: about(literal('seal'), '签章', 'Seal'),
      items: list(DigestItem, { min: 1, max: 100 }, '各项', 'The items'),
    }),
    closed({
      act: about(literal('decrypt'), '解密', 'Decrypt'),
      envelope: bytes(
        { min: 16, max: 65_536 },
        '信封的头部（不含内容密文）',
        'The head of the envelope, without the encrypted content',
      ),
    }),
  ],
  '要在手机上做什么',
  'What is to be done on the phone',
);

const Frames = list(
  closed(
    {
      showAt: instant('从此刻起显示', 'Shown from this moment on'),
      payload: text({ max: 256, pattern: '^[A-Za-z0-9._~:/?&=%-]+$' }, '二维码内容', 'Content of the QR code'),
    },
    ['一帧', 'One frame'],
  ),
  { max: 120 },
  '轮换的二维码帧，每秒一帧，过时作废',
  'The rotating QR frames, one a second; an old one is void',
);

export const startRemoteSession = defineCall({
  number: 47,
  name: 'startRemoteSession',
  family,
  titleZh: '创建扫码会话',
  title: 'Start a remote session',
  consent: 'origin',
  since: '1.0',
  clauses: ['field practice D.2'],
  summaryZh:
    '创建登录、签名、签章或解密的扫码会话，返回每秒轮换的二维码帧、核对码和失效时间。会话匿名开始，由扫码者认领；手机上显示平台、企业、操作与核对码。',
  summary:
    'Starts a login, sign, seal or decrypt by phone and returns the rotating QR frames, the check code and the expiry. A session starts anonymous and is claimed by whoever scans; the phone shows platform, company, act and check code.',
  params: closed({
    request: RemoteAct,
    display: Display,
    subjectId: optional(
      text(
        { min: 18, max: 18, pattern: '^[0-9A-Z]{18}$' },
        '只接受此统一社会信用代码的主体',
        'Only a subject with this unified social credit code',
      ),
    ),
    device: optional(
      oneOf(
        ['other', 'same'],
        '手机另持，或就在手机浏览器中打开，默认 other',
        'Another phone, or this very phone; other by default',
      ),
    ),
  }),
  result: closed({
    session: RemoteSessionId,
    state: RemoteSessionState,
    frames: Frames,
    link: nullable(
      text({ max: 512, pattern: '^https://[^\\s]+$' }, '链接', 'Link'),
      '同机打开的链接；另持手机为 null',
      'Link for the same device; null otherwise',
    ),
    checkCode: text(
      { min: 2, max: 8, pattern: '^[0-9]+$' },
      '核对码：两端应显示相同数字',
      'Check code: both sides must show the same digits',
    ),
    expiresAt: instant('失效时间', 'When it lapses'),
  }),
  errors: ['ERR_SERVICE_UNAVAILABLE', 'ERR_SERVICE_RATE_LIMITED'],
  example: {
    params: { request: { act: 'login', challenge: exampleChallenge }, display: { title: '登录示例交易平台' } },
    result: {
      session: exampleRemoteSession,
      state: 'shown',
      frames: [{ showAt: '2026-11-22T16:00:00Z', payload: 'https://lock.example.cn/q/v1.5f0c9a3b.1795363200.mac' }],
      link: null,
      checkCode: '4821',
      expiresAt: '2026-11-22T16:05:00Z',
    },
  },
  invalidExamples: [
    {
      why: 'what is to be done is missing',
      whyZh: '没有说明要做什么',
      field: '/request',
      params: { display: { title: 'x' } },
    },
    {
      why: 'nobody is called by number',
      whyZh: '不能按电话号码找人',
      field: '/phone',
      params: { request: { act: 'login', challenge: exampleChallenge }, display: { title: 'x' }, phone: '13800000000' },
    },
    {
      why: 'an act that does not exist',
      whyZh: '没有这种操作',
      field: '/request/act',
      params: { request: { act: 'pay' }, display: { title: 'x' } },
    },
  ],
});

export const getRemoteSession = defineCall({
  number: 48,
  name: 'getRemoteSession',
  family,
  titleZh: '查询扫码会话',
  title: 'Get a remote session',
  consent: 'origin',
  since: '1.0',
  clauses: ['field practice D.2'],
  summaryZh:
    '返回扫码会话的状态、后续二维码帧与结果。结果只交给创建会话的来源；服务器应另行向互认服务核对，不要只信浏览器带回的结果。',
  summary:
    'State, further frames and outcome of a session. The outcome is released only to the origin that started it, and a server should confirm it with the bridge service instead of trusting what a browser brings.',
  params: closed({ session: RemoteSessionId }),
  result: closed({
    session: RemoteSessionId,
    state: RemoteSessionState,
    reason: nullable(Reason, '失败或拒绝的原因；其他为 null', 'Why it failed or was rejected; null otherwise'),
    frames: Frames,
    expiresAt: instant('失效时间', 'When it lapses'),
    outcome: nullable(
      union(
        [
          closed({ act: about(literal('login'), '登录', 'Log in'), token: LoginToken }),
          closed({
            act: about(literal('sign'), '签名', 'Sign'),
            items: list(
              closed(
                { id: itemId, message: bytes({ min: 16, max: limits.certificate }, '签名消息', 'The signed message') },
                ['一项', 'One item'],
              ),
              { min: 1, max: 100 },
              '各项',
              'The items',
            ),
          }),
          closed({
            act: about(literal('seal'), '签章', 'Seal'),
            items: list(
              closed(
                {
                  id: itemId,
                  seal: bytes(
                    { min: 16, max: limits.content },
                    '签章值（SES_Signature，DER）',
                    'The seal value (SES_Signature, DER)',
                  ),
                },
                ['一项', 'One item'],
              ),
              { min: 1, max: 100 },
              '各项',
              'The items',
            ),
          }),
          closed({
            act: about(literal('decrypt'), '解密', 'Decrypt'),
            contentKey: bytes({ min: 16, max: 64 }, '信封的内容密钥', 'The content key of the envelope'),
          }),
        ],
        '结果',
        'Outcome',
      ),
      '结果；未完成为 null',
      'Outcome; null until done',
    ),
  }),
  errors: ['ERR_REMOTE_SESSION_UNKNOWN', 'ERR_SERVICE_UNAVAILABLE'],
  example: {
    params: { session: exampleRemoteSession },
    result: {
      session: exampleRemoteSession,
      state: 'done',
      reason: null,
      frames: [],
      expiresAt: '2026-11-22T16:05:00Z',
      outcome: {
        act: 'login',
        token: {
          version: 1,
          origin: 'https://bid.example.cn',
          challenge: exampleChallenge,
          certificate: exampleCertificate,
          algorithm: 'SM2-SM3',
          signature: exampleSignature,
        },
      },
    },
  },
  invalidExamples: [
    { why: 'the session is missing', whyZh: '缺少会话编号', field: '/session', params: {} },
    {
      why: 'a key handle is not a session',
      whyZh: '密钥句柄不是会话编号',
      field: '/session',
      params: { session: exampleKey },
    },
    {
      why: 'a message is not a session',
      whyZh: '消息不是会话编号',
      field: '/session',
      params: { session: exampleMessage },
    },
  ],
});

export const cancelRemoteSession = defineCall({
  number: 49,
  name: 'cancelRemoteSession',
  family,
  titleZh: '取消扫码会话',
  title: 'Cancel a remote session',
  consent: 'origin',
  since: '1.0',
  clauses: ['field practice D.2'],
  summaryZh: '取消本来源创建的扫码会话；已结束的会话返回其最终状态，不报错。',
  summary:
    'Cancels a session that this origin started. One that has ended answers with its final state, not with an error.',
  params: closed({ session: RemoteSessionId }),
  result: closed({
    outcome: oneOf(['cancelled', 'already-ended'], '已取消，或早已结束', 'Cancelled, or had ended before'),
    state: RemoteSessionState,
  }),
  errors: ['ERR_REMOTE_SESSION_UNKNOWN', 'ERR_SERVICE_UNAVAILABLE'],
  example: { params: { session: exampleRemoteSession }, result: { outcome: 'cancelled', state: 'cancelled' } },
  invalidExamples: [
    { why: 'the session is missing', whyZh: '缺少会话编号', field: '/session', params: {} },
    { why: 'sessions are not counted', whyZh: '会话不以序号指明', field: '/session', params: { session: 7 } },
    {
      why: 'not all at once',
      whyZh: '不能一次全部取消',
      field: '/all',
      params: { session: exampleRemoteSession, all: true },
    },
  ],
});
