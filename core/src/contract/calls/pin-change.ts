import { defineCall } from '../define-call.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import { exampleChallenge, exampleDevice, exampleKey } from '../schemas/examples.ts';
import { KeyHandle } from '../schemas/handles.ts';
import { about, bytes, closed, instant, literal, union } from '../schemas/primitives.ts';

const family = 'pin-and-key-sessions';

export const changePin = defineCall({
  number: 19,
  name: 'changePin',
  family,
  titleZh: '修改 PIN',
  title: 'Change the PIN',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_ChangePassWd', 'GM/T 0016-2023 SKF_ChangePIN'],
  summaryZh:
    '打开代理窗口，由用户在其中输入旧 PIN 和新 PIN。页面既不提供也看不到 PIN。出厂 PIN 和过于简单的 PIN 会被拒绝。',
  summary:
    "Opens the agent's window, where the person types the old and the new one. A page neither gives nor sees them. Factory and trivial ones are refused.",
  params: closed({ key: KeyHandle }),
  result: closed({ outcome: about(literal('changed'), '已修改', 'Changed') }),
  errors: [...keyUseErrors, 'ERR_TOKEN_PIN_LENGTH', 'ERR_TOKEN_PIN_WEAK'],
  example: { params: { key: exampleKey }, result: { outcome: 'changed' } },
  invalidExamples: [
    {
      why: 'the old one never comes from a page',
      whyZh: '旧 PIN 从不由页面传入',
      field: '/oldPin',
      params: { key: exampleKey, oldPin: '123456' },
    },
    {
      why: 'the new one never comes from a page',
      whyZh: '新 PIN 从不由页面传入',
      field: '/newPin',
      params: { key: exampleKey, newPin: '654321' },
    },
    { why: 'the key is missing', whyZh: '缺少密钥', field: '/key', params: {} },
  ],
});

export const unblockPin = defineCall({
  number: 20,
  name: 'unblockPin',
  family,
  titleZh: '解锁 PIN',
  title: 'Unblock the PIN',
  consent: 'pin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_UnblockPIN'],
  summaryZh:
    '解锁已锁定的 PIN：由用户在代理窗口输入管理员 PIN，或走 CA 的解锁流程（先取解锁请求送 CA，再带回 CA 的应答）。新 PIN 同样只在窗口中输入。',
  summary:
    "Unblocks a locked PIN: the person types the administrator PIN in the agent's window, or the CA's path is walked (a request for the CA first, its response second). The new one is typed in the window as well.",
  params: closed({
    key: KeyHandle,
    method: union(
      [
        closed({
          kind: about(
            literal('administrator'),
            '管理员 PIN（在代理窗口中输入）',
            "Administrator PIN, typed in the agent's window",
          ),
        }),
        closed({
          kind: about(literal('ca-request'), '向 CA 请求解锁：取请求', "The CA's path, first step: the request"),
        }),
        closed({
          kind: about(literal('ca-response'), '向 CA 请求解锁：带回应答', "The CA's path, second step: the response"),
          response: bytes({ min: 1, max: 65_536 }, 'CA 的应答', "The CA's response"),
        }),
      ],
      '解锁方式',
      'How to unblock',
    ),
  }),
  result: union(
    [
      closed({ outcome: about(literal('unblocked'), '已解锁', 'Unblocked') }),
      closed({
        outcome: about(literal('request'), '已生成请求，请送 CA', 'A request was made, for the CA'),
        request: bytes({ min: 1, max: 65_536 }, '解锁请求', 'The request'),
        expiresAt: instant('请求失效时间', 'When the request lapses'),
      }),
    ],
    '结果',
    'Outcome',
  ),
  errors: [...keyUseErrors, 'ERR_TOKEN_PIN_LENGTH', 'ERR_TOKEN_PIN_WEAK'],
  example: {
    params: { key: exampleKey, method: { kind: 'ca-request' } },
    result: { outcome: 'request', request: exampleChallenge, expiresAt: '2026-11-23T16:00:00Z' },
  },
  invalidExamples: [
    {
      why: 'the administrator PIN never comes from a page',
      whyZh: '管理员 PIN 从不由页面传入',
      field: '/method/pin',
      params: { key: exampleKey, method: { kind: 'administrator', pin: '12345678' } },
    },
    {
      why: 'a second step without the response',
      whyZh: '第二步缺少 CA 的应答',
      field: '/method/response',
      params: { key: exampleKey, method: { kind: 'ca-response' } },
    },
    {
      why: 'a device handle is not a key handle',
      whyZh: '介质句柄不是密钥句柄',
      field: '/key',
      params: { key: exampleDevice, method: { kind: 'administrator' } },
    },
  ],
});
