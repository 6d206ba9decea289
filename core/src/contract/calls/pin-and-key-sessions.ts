import { defineCall } from '../define-call.ts';
import { Display } from '../schemas/common.ts';
import { exampleDevice, exampleKey } from '../schemas/examples.ts';
import { KeyHandle } from '../schemas/handles.ts';
import {
  about,
  closed,
  flag,
  instant,
  integer,
  list,
  literal,
  nullable,
  oneOf,
  optional,
  union,
} from '../schemas/primitives.ts';
import { KeyPurpose, keyPurposes } from '../schemas/session.ts';

const family = 'pin-and-key-sessions';

export const openKeySession = defineCall({
  number: 16,
  name: 'openKeySession',
  family,
  titleZh: '打开密钥会话',
  title: 'Open a key session',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_Login', 'GM/T 0016-2023 SKF_VerifyPIN'],
  summaryZh:
    '在代理窗口中输入一次 PIN，在限定时间内为本网站、按所列用途解锁该密钥。会话属于网站与密钥的组合：其他网站用不到；拔出、锁屏、超时或断开即关闭，同时登出介质。',
  summary:
    "The person types the PIN once in the agent's window, and the key is unlocked for this origin, for the named purposes, for a limited time. The session belongs to origin and key together: no other site can use it. An unplug, a locked screen, the time limit or a lost connection closes it, and the token is logged out.",
  params: closed({
    key: KeyHandle,
    purposes: list(KeyPurpose, { min: 1, max: keyPurposes.length, unique: true }, '用途', 'Purposes'),
    durationSeconds: optional(
      integer(
        { min: 30, max: 1800 },
        '时长（秒），默认 300；代理可缩短',
        'Duration in seconds, 300 by default; the agent may shorten it',
      ),
    ),
    display: optional(Display),
  }),
  result: closed({
    key: KeyHandle,
    purposes: list(KeyPurpose, { min: 1, max: keyPurposes.length, unique: true }, '用途', 'Purposes'),
    expiresAt: instant('到期时间', 'When it ends'),
  }),
  errors: [
    'ERR_USER_CANCELLED',
    'ERR_USER_TIMEOUT',
    'ERR_AGENT_WINDOW_UNAVAILABLE',
    'ERR_TOKEN_PIN_INCORRECT',
    'ERR_TOKEN_PIN_LOCKED',
    'ERR_TOKEN_HANDLE_STALE',
    'ERR_TOKEN_REMOVED',
    'ERR_TOKEN_BUSY',
    'ERR_TOKEN_KEY_NOT_FOUND',
    'ERR_DRIVER_CRASHED',
    'ERR_DRIVER_TIMEOUT',
  ],
  example: {
    params: { key: exampleKey, purposes: ['sign'], durationSeconds: 300 },
    result: { key: exampleKey, purposes: ['sign'], expiresAt: '2026-11-22T16:05:00Z' },
  },
  invalidExamples: [
    {
      why: 'a PIN never comes from a page',
      whyZh: 'PIN 从不由页面传入',
      field: '/pin',
      params: { key: exampleKey, purposes: ['sign'], pin: '123456' },
    },
    {
      why: 'a session without a purpose',
      whyZh: '会话没有用途',
      field: '/purposes',
      params: { key: exampleKey, purposes: [] },
    },
    {
      why: 'a session of a whole day',
      whyZh: '会话长达一天',
      field: '/durationSeconds',
      params: { key: exampleKey, purposes: ['sign'], durationSeconds: 86_400 },
    },
  ],
});

export const closeKeySession = defineCall({
  number: 17,
  name: 'closeKeySession',
  family,
  titleZh: '关闭密钥会话',
  title: 'Close a key session',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_Logout', 'GM/T 0016-2023 SKF_ClearSecureState'],
  summaryZh: '关闭本网站在该密钥上的会话，并登出介质。没有会话时同样成功。',
  summary: "Closes this origin's session on the key and logs out of the token. Succeeds as well when there is none.",
  params: closed({ key: KeyHandle }),
  result: closed({
    outcome: oneOf(['closed', 'none-open'], '结果：已关闭，或本来就没有', 'Closed, or there was none'),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE'],
  example: { params: { key: exampleKey }, result: { outcome: 'closed' } },
  invalidExamples: [
    { why: 'the key is missing', whyZh: '缺少密钥', field: '/key', params: {} },
    {
      why: 'a page closes only its own session',
      whyZh: '页面只能关闭自己的会话',
      field: '/origin',
      params: { key: exampleKey, origin: 'https://other.example' },
    },
    {
      why: 'a device handle is not a key handle',
      whyZh: '介质句柄不是密钥句柄',
      field: '/key',
      params: { key: exampleDevice },
    },
  ],
});

export const getPinStatus = defineCall({
  number: 18,
  name: 'getPinStatus',
  family,
  titleZh: '查询 PIN 状态',
  title: 'Get the PIN status',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_GetPinRetryCount', 'GM/T 0016-2023 SKF_GetPINInfo'],
  summaryZh: '返回 PIN 剩余次数、是否锁定、是否仍为出厂 PIN，以及本网站的密钥会话是否打开。查询从不试探 PIN。',
  summary:
    'Retries left, locked, factory PIN, and whether a key session of this origin is open. Asking never tries a PIN.',
  params: closed({ key: KeyHandle }),
  result: closed({
    retriesLeft: nullable(
      integer({ min: 0, max: 1000 }, '次数', 'Count'),
      '剩余次数；介质只报告“偏低”时为 null',
      'Retries left; null when the token only says whether they are low',
    ),
    retriesMax: nullable(
      integer({ min: 0, max: 1000 }, '次数', 'Count'),
      '最大次数；未知为 null',
      'Largest number of retries; null when unknown',
    ),
    low: flag('剩余次数是否偏低', 'Whether few are left'),
    locked: flag('是否已锁定', 'Whether it is locked'),
    isDefault: nullable(
      flag('是否出厂 PIN', 'Factory PIN'),
      '是否仍为出厂 PIN；未知为 null',
      'Whether the factory PIN is still in use; null when unknown',
    ),
    session: union(
      [
        closed({ state: about(literal('closed'), '未打开', 'Not open') }),
        closed({
          state: about(literal('open'), '已打开', 'Open'),
          purposes: list(KeyPurpose, { min: 1, max: keyPurposes.length, unique: true }, '用途', 'Purposes'),
          expiresAt: instant('到期时间', 'When it ends'),
        }),
      ],
      '本网站的密钥会话',
      'Key session of this origin',
    ),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE', 'ERR_TOKEN_REMOVED', 'ERR_DRIVER_CRASHED', 'ERR_DRIVER_TIMEOUT'],
  example: {
    params: { key: exampleKey },
    result: {
      retriesLeft: 6,
      retriesMax: 6,
      low: false,
      locked: false,
      isDefault: false,
      session: { state: 'closed' },
    },
  },
  invalidExamples: [
    { why: 'the key is missing', whyZh: '缺少密钥', field: '/key', params: {} },
    {
      why: 'a PIN is not tried here',
      whyZh: '这里不试 PIN',
      field: '/pin',
      params: { key: exampleKey, pin: '111111' },
    },
    { why: 'a handle is text', whyZh: '句柄是文本', field: '/key', params: { key: { slot: 0 } } },
  ],
});
