import type { Locale } from '@onelock/core/messages';

const zhCN = {
  usage: `用法：onelock driver 命令 … [--json] [--lang zh-CN|en]

  list [--config 文件]            正在使用的驱动与介质，以及已知而未运行的驱动
  add 文件|驱动名 [--trust 文件]…  采用已签名的驱动清单或驱动目录（离线导入）；或重新启用目录中的驱动
  remove 驱动名                   停用驱动（不删除厂商文件）
  conform [驱动名] [--manifest 清单.json] [--device 序列号] [--pin-file 文件]
          [--admin-pin-file 文件] [--second-device 序列号 --second-pin-file 文件] [--signatures 次数]
          [--may pin-tries|pin-change|all] [--hands] [--out 报告.json]
                                  对驱动与介质做符合性测试；不加 --may 不消耗 PIN 次数、不改动介质；
                                  --hands 表示有人按提示拔插
  doctor                          检查本机：组件、智能卡服务、驱动库、召回
  report [--out 文件]             未识别介质报告：USB 标识、ATR、候选驱动库
  sign 文件 --certificate 证书 --key 私钥 [--chain 证书]… [--out 文件]
                                  目录管理者：检查并签名驱动清单或驱动目录

  --config 文件   驱动配置（JSON 列表）；缺省为本机代理所用的驱动
  --trust 文件    驱动签名的信任锚或中间证书（文件或目录），与 ONELOCK_AGENT_DRIVER_ANCHORS_DIR 合用
  --json          机器可读输出
  退出码：0 正常或通过，1 有异常、未通过或被拒绝，2 用法或输入有误
`,
  colon: '：',
  unknownCommand: '没有这个命令',
  wrongWords: '参数个数不对',
  needed: '缺少',
  running: '正常',
  failed: '异常',
  inUse: '使用中',
  unreadable: '无法读取',
  ready: '可用',
  absent: '本机没有其驱动库',
  removed: '未启用',
  refused: '已拒绝',
  noDevice: '没有介质',
  serialNumber: '序列号',
  identities: '证书',
  retriesLeft: 'PIN 剩余次数',
  pinLow: 'PIN 剩余次数不多',
  pinLocked: 'PIN 已锁定',
  pinDefault: '仍为出厂 PIN',
  catalogueTaken: '已采用驱动目录，版本',
  outOfDate: '该目录已过期，请索取更新的目录；有效期至',
  drivers: '驱动',
  recalls: '召回',
  added: '已采用驱动',
  removedNow: '已停用驱动',
  signed: '已签名并写入',
  usbDevices: 'USB 设备',
  cardsPresent: '读卡器中的卡',
  candidates: '磁盘上的候选驱动库',
  unknown: '无驱动',
  nothing: '没有发现',
  notLookedAt: '未能查看',
  reportWritten: '报告已写入',
  askPin: '请输入 PIN：',
  pullOut: '请拔出介质（一分钟内）',
  putBack: '请重新插入介质（一分钟内）',
} as const;

export type CliWords = { readonly [Key in keyof typeof zhCN]: string };

const en: CliWords = {
  usage: `usage: onelock driver COMMAND … [--json] [--lang zh-CN|en]

  list [--config FILE]              drivers that run, with their devices, and known ones that do not
  add FILE|ID [--trust FILE]…       take a signed manifest or catalogue (offline import), or want a driver again
  remove ID                         run a driver no more (the vendor's files stay)
  conform [ID] [--manifest FILE.json] [--device SERIAL] [--pin-file FILE]
          [--admin-pin-file FILE] [--second-device SERIAL --second-pin-file FILE] [--signatures N]
          [--may pin-tries|pin-change|all] [--hands] [--out REPORT.json]
                                    test a driver and a device for conformance; without --may no PIN try is spent and nothing
                                    changes on the device; --hands: somebody pulls it out and puts it back when told
  doctor                            check this computer: bindings, card service, libraries, recalls
  report [--out FILE]               report on unknown devices: USB ids, ATRs, candidate libraries
  sign FILE --certificate F --key F [--chain F]… [--out F]
                                    for the catalogue's keeper: check and sign a manifest or a catalogue

  --config FILE   drivers as a JSON list; default: those that this person's agent runs
  --trust FILE    anchors and intermediates of those who sign drivers (file or folder), beside ONELOCK_AGENT_DRIVER_ANCHORS_DIR
  --json          machine-readable output
  exit status: 0 well or passed, 1 something is wrong, failed or was refused, 2 wrong use or input
`,
  colon: ': ',
  unknownCommand: 'there is no such command',
  wrongWords: 'too few or too many words',
  needed: 'missing:',
  running: 'running',
  failed: 'failed',
  inUse: 'in use',
  unreadable: 'cannot be read',
  ready: 'ready',
  absent: 'its library is not on this computer',
  removed: 'not in use',
  refused: 'refused',
  noDevice: 'no device',
  serialNumber: 'serial number',
  identities: 'certificates',
  retriesLeft: 'PIN tries left',
  pinLow: 'few PIN tries left',
  pinLocked: 'PIN locked',
  pinDefault: 'factory PIN still in use',
  catalogueTaken: 'catalogue taken, version',
  outOfDate: 'it is out of date, ask for a newer one; it was to be renewed by',
  drivers: 'drivers',
  recalls: 'recalls',
  added: 'driver taken:',
  removedNow: 'driver removed:',
  signed: 'signed and written to',
  usbDevices: 'USB devices',
  cardsPresent: 'cards in readers',
  candidates: 'candidate libraries on the disk',
  unknown: 'no driver',
  nothing: 'nothing found',
  notLookedAt: 'could not be looked at',
  reportWritten: 'report written to',
  askPin: 'PIN of',
  pullOut: 'Pull the device out now (within a minute)',
  putBack: 'Put the device back now (within a minute)',
};

export const cliWords: Readonly<Record<Locale, CliWords>> = { 'zh-CN': zhCN, en };
