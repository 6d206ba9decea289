import type { Locale } from '@onelock/core/messages';

interface Words {
  readonly usage: string;
  readonly unknownCommand: string;
  readonly running: string;
  readonly failed: string;
  readonly noDevice: string;
  readonly serialNumber: string;
  readonly identities: string;
  readonly retriesLeft: string;
  readonly pinLow: string;
  readonly pinLocked: string;
  readonly pinDefault: string;
}

export const cliWords: Readonly<Record<Locale, Words>> = {
  'zh-CN': {
    usage: `用法：onelock driver list [--config 文件] [--json] [--lang zh-CN|en]

  --config 文件   驱动配置（JSON 列表）；缺省取 ONELOCK_AGENT_DRIVERS，再缺省为本机代理的软件介质目录
  --json          机器可读输出
  退出码：0 驱动全部正常，1 有驱动异常，2 用法或配置有误
`,
    unknownCommand: '没有这个命令',
    running: '正常',
    failed: '异常',
    noDevice: '没有介质',
    serialNumber: '序列号',
    identities: '证书',
    retriesLeft: 'PIN 剩余次数',
    pinLow: 'PIN 剩余次数不多',
    pinLocked: 'PIN 已锁定',
    pinDefault: '仍为出厂 PIN',
  },
  en: {
    usage: `usage: onelock driver list [--config FILE] [--json] [--lang zh-CN|en]

  --config FILE   drivers as a JSON list; default ONELOCK_AGENT_DRIVERS, else the agent's own folder of file tokens
  --json          machine-readable output
  exit status: 0 every driver runs, 1 one does not, 2 wrong use or configuration
`,
    unknownCommand: 'there is no such command',
    running: 'running',
    failed: 'failed',
    noDevice: 'no device',
    serialNumber: 'serial number',
    identities: 'certificates',
    retriesLeft: 'PIN tries left',
    pinLow: 'few PIN tries left',
    pinLocked: 'PIN locked',
    pinDefault: 'factory PIN still in use',
  },
};
