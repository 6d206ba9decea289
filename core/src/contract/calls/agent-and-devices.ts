import { defineCall } from '../define-call.ts';
import { callNames, eventNames } from '../names.ts';
import { CheckResult, checkIds, DeviceKind, DeviceSummary, DriverState } from '../schemas/device.ts';
import { exampleDevice } from '../schemas/examples.ts';
import { DeviceHandle } from '../schemas/handles.ts';
import { closed, flag, integer, list, nullable, oneOf, optional, text } from '../schemas/primitives.ts';

const family = 'agent-and-devices';

export const getAgentInfo = defineCall({
  number: 1,
  name: 'getAgentInfo',
  family,
  titleZh: '获取代理信息',
  title: 'Get agent information',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_GetVersion'],
  summaryZh:
    '返回产品、契约版本与能力。不含任何可识别个人或计算机的信息；未授权的来源也可调用，用于发现代理。页面应按 calls 判断某个接口是否可用，而不是按版本号猜测。',
  summary:
    'Product, contract version and capabilities; nothing that identifies the person or the machine. An origin without authorisation may call it, to discover the agent. Decide by `calls` what is available, not by comparing versions.',
  params: closed({}),
  result: closed({
    product: text({ max: 64 }, '产品名', 'Product name'),
    productVersion: text({ max: 32, pattern: '^[0-9A-Za-z.+-]+$' }, '产品版本', 'Product version'),
    contractVersion: text(
      { max: 16, pattern: '^[0-9]+\\.[0-9]+$' },
      '契约版本（主.次；次版本只增不改）',
      'Contract version (major.minor; a minor only adds)',
    ),
    backend: oneOf(
      ['agent', 'remote'],
      '由本机代理还是远程后端提供',
      'Served by the local agent or by the remote backend',
    ),
    calls: list(
      oneOf(callNames, '接口名', 'Call name'),
      { max: 50, unique: true },
      '现已提供的接口',
      'Calls that are served now',
    ),
    events: list(
      oneOf(eventNames, '事件名', 'Event name'),
      { max: 8, unique: true },
      '现已提供的事件',
      'Events that are served now',
    ),
    maxContentBytes: integer(
      { min: 1024, max: 67_108_864 },
      '单次调用内可直接携带的最大内容（字节）',
      'Largest content that one call may carry inline, in bytes',
    ),
    streams: flag('是否支持按块传送大文件', 'Whether large files can be streamed in chunks'),
    developerMode: flag(
      '是否为开发者模式（允许 http://localhost 来源）；正式使用时应为 false',
      'Whether developer mode is on (http://localhost origins allowed); false in production',
    ),
  }),
  errors: [],
  example: {
    params: {},
    result: {
      product: 'OneLock',
      productVersion: '0.1.0',
      contractVersion: '1.0',
      backend: 'agent',
      calls: ['getAgentInfo', 'listCertificates', 'authenticate', 'signMessage'],
      events: ['deviceInserted', 'deviceRemoved'],
      maxContentBytes: 2_097_152,
      streams: false,
      developerMode: false,
    },
  },
  invalidExamples: [
    { why: 'a field that does not exist', whyZh: '没有这个字段', field: '/verbose', params: { verbose: true } },
    {
      why: 'a machine may not be asked for',
      whyZh: '不能索取计算机信息',
      field: '/hardware',
      params: { hardware: 'mac' },
    },
    { why: 'not an object', whyZh: '参数必须是对象', field: '', params: [] },
  ],
});

export const checkEnvironment = defineCall({
  number: 2,
  name: 'checkEnvironment',
  family,
  titleZh: '运行环境检测',
  title: 'Check the environment',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_CheckSupport'],
  summaryZh:
    '“检查我的电脑”：逐项检查端口、TLS、浏览器权限、驱动、介质、时钟、互认服务等，每项给出状态、原因和处理办法。请在开标日之前检查，而不是当天。',
  summary:
    '"Check my computer": ports, TLS, browser permission, drivers, devices, clock, service and more, each with state, cause and fix. Meant for the days before a bid opening rather than the day itself.',
  params: closed({
    checks: optional(
      list(
        oneOf(checkIds, '检查项', 'Check'),
        { min: 1, max: checkIds.length, unique: true },
        '只做这些检查；省略为全部',
        'Only these checks; all when absent',
      ),
    ),
  }),
  result: closed({
    overall: oneOf(
      ['ready', 'attention', 'blocked'],
      '总体状态：就绪、需注意、不可用',
      'Overall: ready, needs attention, blocked',
    ),
    checks: list(CheckResult, { max: 32 }, '各项结果', 'Result of each check'),
  }),
  errors: [],
  example: {
    params: {},
    result: {
      overall: 'attention',
      checks: [
        { check: 'ports', state: 'ok', cause: null, fix: null },
        {
          check: 'devices',
          state: 'attention',
          cause: { code: 'ERR_TOKEN_NOT_FOUND', params: {} },
          fix: 'insert-device',
        },
      ],
    },
  },
  invalidExamples: [
    {
      why: 'a check that does not exist',
      whyZh: '没有这个检查项',
      field: '/checks/0',
      params: { checks: ['telepathy'] },
    },
    { why: 'an empty list asks for nothing', whyZh: '空列表等于什么也没问', field: '/checks', params: { checks: [] } },
    { why: 'a field that does not exist', whyZh: '没有这个字段', field: '/fix', params: { fix: true } },
  ],
});

export const listDrivers = defineCall({
  number: 3,
  name: 'listDrivers',
  family,
  titleZh: '枚举驱动',
  title: 'List drivers',
  consent: 'origin',
  since: '1.0',
  clauses: [],
  summaryZh: '列出已安装的驱动及其版本与运行状况。某个驱动崩溃或停用时照样列出并给出原因，不影响其他驱动。',
  summary:
    'The installed drivers, their version and health. A driver that crashed or is disabled is listed too, with the reason, and disturbs no other.',
  params: closed({}),
  result: closed({
    drivers: list(DriverState, { max: 64 }, '驱动', 'Drivers'),
  }),
  errors: [],
  example: {
    params: {},
    result: {
      drivers: [
        {
          driver: 'soft',
          family: 'soft',
          vendor: 'OneLock',
          version: '0.1.0',
          state: 'running',
          restarts: 0,
          cause: null,
        },
        {
          driver: 'softhsm2',
          family: 'pkcs11',
          vendor: 'SoftHSM',
          version: '2.6',
          state: 'not-installed',
          restarts: 0,
          cause: { code: 'ERR_DRIVER_NOT_INSTALLED', params: { driver: 'softhsm2', detail: 'library' } },
        },
      ],
    },
  },
  invalidExamples: [
    {
      why: 'a page never names a library',
      whyZh: '页面不得指定驱动库文件',
      field: '/library',
      params: { library: '/tmp/evil.so' },
    },
    { why: 'a field that does not exist', whyZh: '没有这个字段', field: '/family', params: { family: 'skf' } },
    { why: 'not an object', whyZh: '参数必须是对象', field: '', params: null },
  ],
});

export const listDevices = defineCall({
  number: 4,
  name: 'listDevices',
  family,
  titleZh: '枚举介质',
  title: 'List devices',
  consent: 'origin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_EnumDev', 'GB/T 43694-2024 SOF_EnumDevice', 'PKCS#11 C_GetSlotList'],
  summaryZh:
    '列出现已接入的 UKey、智能卡、手机与云证书账户。每个句柄带插入代次，拔出后即失效。读不出的驱动列在 incomplete 中，不会悄悄略去。',
  summary:
    'Keys, cards, phones and cloud accounts that are present now. Every handle carries an insertion generation and dies with the unplug. A driver that could not be read is named in `incomplete`, never left out in silence.',
  params: closed({
    kinds: optional(
      list(
        DeviceKind,
        { min: 1, max: 5, unique: true },
        '只列这些种类；省略为全部',
        'Only these kinds; all when absent',
      ),
    ),
  }),
  result: closed({
    devices: list(DeviceSummary, { max: 64 }, '介质', 'Devices'),
    incomplete: list(DriverState, { max: 64 }, '未能读取的驱动及原因', 'Drivers that could not be read, and why'),
  }),
  errors: ['ERR_DRIVER_TIMEOUT'],
  example: {
    params: { kinds: ['key', 'file'] },
    result: {
      devices: [
        {
          device: exampleDevice,
          generation: 1,
          kind: 'key',
          driver: 'soft',
          vendor: 'OneLock',
          model: 'soft token',
          label: '示例 UKey',
        },
      ],
      incomplete: [],
    },
  },
  invalidExamples: [
    { why: 'a kind that does not exist', whyZh: '没有这个种类', field: '/kinds/0', params: { kinds: ['floppy'] } },
    { why: 'the same kind twice', whyZh: '同一种类写了两次', field: '/kinds', params: { kinds: ['key', 'key'] } },
    { why: 'a list is wanted', whyZh: '应为列表', field: '/kinds', params: { kinds: 'key' } },
  ],
});

export const getDeviceInfo = defineCall({
  number: 5,
  name: 'getDeviceInfo',
  family,
  titleZh: '获取介质信息',
  title: 'Get device information',
  consent: 'origin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_GetDevInfo', 'GB/T 43694-2024 SOF_GetDeviceInfo', 'PKCS#11 C_GetTokenInfo'],
  summaryZh: '返回介质的厂商、型号、序列号、标签、固件版本、算法、剩余空间，以及它支持哪些接口。',
  summary:
    'Vendor, model, serial number, label, firmware, algorithms and free space of a device, and which calls it supports.',
  params: closed({ device: DeviceHandle }),
  result: closed({
    device: DeviceHandle,
    generation: integer({ min: 0, max: 4_294_967_295 }, '插入代次', 'Insertion generation'),
    kind: DeviceKind,
    driver: text({ max: 64, pattern: '^[a-z0-9][a-z0-9-]*$' }, '驱动', 'Driver'),
    vendor: text({ max: 128, min: 0 }, '厂商', 'Vendor'),
    model: text({ max: 128, min: 0 }, '型号', 'Model'),
    serialNumber: text({ max: 128, min: 0 }, '序列号', 'Serial number'),
    label: text({ max: 128, min: 0 }, '标签', 'Label'),
    firmwareVersion: nullable(
      text({ max: 64 }, '固件版本', 'Firmware version'),
      '固件版本；未知为 null',
      'Firmware version; null when unknown',
    ),
    algorithms: list(
      oneOf(['sm2', 'rsa', 'ec'], '算法', 'Algorithm'),
      { max: 3, unique: true },
      '密钥算法',
      'Key algorithms',
    ),
    freeSpaceBytes: nullable(
      integer({ min: 0, max: 1_099_511_627_776 }, '字节', 'Bytes'),
      '剩余空间（字节）；未知为 null',
      'Free space in bytes; null when the device does not say',
    ),
    calls: list(
      oneOf(callNames, '接口名', 'Call name'),
      { max: 50, unique: true },
      '此介质支持的接口',
      'Calls that this device supports',
    ),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE', 'ERR_TOKEN_REMOVED', 'ERR_DRIVER_CRASHED', 'ERR_DRIVER_TIMEOUT'],
  example: {
    params: { device: exampleDevice },
    result: {
      device: exampleDevice,
      generation: 1,
      kind: 'key',
      driver: 'soft',
      vendor: 'OneLock',
      model: 'soft token',
      serialNumber: '00000001',
      label: '示例 UKey',
      firmwareVersion: null,
      algorithms: ['sm2', 'rsa'],
      freeSpaceBytes: null,
      calls: ['getPinStatus', 'authenticate', 'signMessage'],
    },
  },
  invalidExamples: [
    { why: 'the device is missing', whyZh: '缺少介质', field: '/device', params: {} },
    {
      why: 'a key handle is not a device handle',
      whyZh: '密钥句柄不是介质句柄',
      field: '/device',
      params: { device: 'k1_c29mdDpkZW1vOnNtMjox' },
    },
    { why: 'devices are not counted', whyZh: '介质不以序号指明', field: '/device', params: { device: 0 } },
  ],
});
