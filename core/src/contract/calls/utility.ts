import { defineCall } from '../define-call.ts';
import { exampleChallenge, exampleDevice } from '../schemas/examples.ts';
import { DeviceHandle } from '../schemas/handles.ts';
import { bytes, closed, integer, oneOf, optional } from '../schemas/primitives.ts';

export const generateRandom = defineCall({
  number: 50,
  name: 'generateRandom',
  family: 'utility',
  titleZh: '生成随机数',
  title: 'Generate random bytes',
  consent: 'origin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_GenRandom', 'GB/T 43694-2024 SOF_GenRandom', 'PKCS#11 C_GenerateRandom'],
  summaryZh: '生成随机字节：介质能生成时用介质的，并说明出自哪里。指明介质而它不能生成时报错，不会悄悄改用软件。',
  summary:
    'Random bytes, from the token where it can, saying which. When a device is named and cannot, the call fails rather than fall back in silence.',
  params: closed({
    length: integer({ min: 1, max: 4096 }, '字节数', 'Number of bytes'),
    device: optional(DeviceHandle),
  }),
  result: closed({
    random: bytes({ min: 1, max: 4096 }, '随机字节', 'Random bytes'),
    source: oneOf(['token', 'agent'], '出自介质还是代理', 'From the token or from the agent'),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE', 'ERR_TOKEN_REMOVED', 'ERR_DRIVER_CRASHED', 'ERR_DRIVER_TIMEOUT'],
  example: {
    params: { length: 32, device: exampleDevice },
    result: { random: exampleChallenge, source: 'token' },
  },
  invalidExamples: [
    { why: 'the length is missing', whyZh: '缺少长度', field: '/length', params: {} },
    {
      why: 'a gigabyte is not random data but an attack',
      whyZh: '长度超出上限',
      field: '/length',
      params: { length: 1_073_741_824 },
    },
    { why: 'half a byte', whyZh: '长度不是整数', field: '/length', params: { length: 0.5 } },
  ],
});
