import type { Locale } from '@onelock/core/messages';
import type { Indication } from '@onelock/core/verdict';

/** Sentences of an explained report that belong to no code. Chinese first: its reader is whoever has to act. */
interface ReportWords {
  readonly indications: Readonly<Record<Indication, string>>;
  readonly certificate: (subject: string) => string;
  readonly signature: string;
  readonly message: (signers: number) => string;
  readonly timestamp: (time: string) => string;
  readonly revocationChecked: (source: string, producedAt: string, ageSeconds: number) => string;
  readonly revocationOpen: string;
  readonly revocationNotAsked: string;
}

export const reportWords: Readonly<Record<Locale, ReportWords>> = {
  'zh-CN': {
    indications: { passed: '通过', failed: '未通过', indeterminate: '无法判定' },
    certificate: (subject) => `证书 ${subject}`,
    signature: '签名',
    message: (signers) => `签名消息（${signers} 个签名者）`,
    timestamp: (time) => `时间戳 ${time}`,
    revocationChecked: (source, producedAt, ageSeconds) =>
      `吊销状态已依据 ${source} 核实（签发于 ${producedAt}，距判定时刻 ${ageSeconds} 秒）`,
    revocationOpen: '吊销状态没有核实',
    revocationNotAsked: '没有要求核实吊销状态',
  },
  en: {
    indications: { passed: 'Passed', failed: 'Failed', indeterminate: 'Indeterminate' },
    certificate: (subject) => `certificate ${subject}`,
    signature: 'signature',
    message: (signers) => `signed message (${signers} signer${signers === 1 ? '' : 's'})`,
    timestamp: (time) => `time-stamp ${time}`,
    revocationChecked: (source, producedAt, ageSeconds) =>
      `revocation was checked by ${source} (made ${producedAt}, ${ageSeconds} s before the moment judged for)`,
    revocationOpen: 'revocation was not established',
    revocationNotAsked: 'revocation was not asked for',
  },
};
