import type { Locale } from '@onelock/core/messages';
import type { ImportDecision, ImportFate, ImportFinding } from '../ports/import-records.ts';

interface Words {
  readonly columns: readonly string[];
  readonly fates: Readonly<Record<ImportFate, string>>;
  readonly findings: Readonly<Record<ImportFinding, string>>;
  readonly decisions: Readonly<Record<ImportDecision, string>>;
}

/** Words of a report, for people. */
export const importWords: Readonly<Record<Locale, Words>> = {
  'zh-CN': {
    columns: [
      ...['序号', '位置', '结果', '问题', '说明', '企业名称', '统一社会信用代码', '证书主体', '证书摘要（SM3）'],
      ...['证书编号', '企业编号', '处理决定', '处理人', '处理时间'],
    ],
    fates: {
      imported: '已导入',
      known: '已登记，未重复导入',
      'company-added': '企业已登记',
      'company-known': '企业已在登记中',
      conflict: '待人工处理',
      skipped: '已跳过',
      ignored: '与导入无关',
      unreadable: '无法读取',
      kept: '保留原登记',
      replaced: '已替换原登记',
    },
    findings: {
      'other-bytes': '颁发者与序列号相同，内容不同',
      'other-company': '已登记，但登记中不属于此企业',
      'company-name': '企业名称与登记不一致',
      'code-differs': '所填代码与证书中的不一致',
      'code-invalid': '统一社会信用代码校验位不正确',
      'no-code': '没有统一社会信用代码',
      'unknown-ca': '颁发的 CA 未登记',
      'signature-invalid': '证书签名不是该 CA 所作',
      expired: '证书已过期',
      'not-yet-valid': '证书尚未生效',
      'weak-key': '密钥强度不足或算法不受支持',
    },
    decisions: { keep: '保留原登记', replace: '替换', skip: '跳过', assign: '指定企业', accept: '照样导入' },
  },
  en: {
    columns: [
      ...['Row', 'Place', 'Result', 'Findings', 'Explanation', 'Company', 'Credit code', 'Subject', 'Digest (SM3)'],
      ...['Certificate id', 'Company id', 'Decision', 'Decided by', 'Decided at'],
    ],
    fates: {
      imported: 'Imported',
      known: 'Registered already, not imported twice',
      'company-added': 'Company registered',
      'company-known': 'Company registered already',
      conflict: 'Waits for a decision',
      skipped: 'Left out',
      ignored: 'Nothing to import',
      unreadable: 'Cannot be read',
      kept: 'What was registered is kept',
      replaced: 'What was registered is replaced',
    },
    findings: {
      'other-bytes': 'Same issuer and serial number, other content',
      'other-company': 'Registered, but not as this company’s',
      'company-name': 'Name differs from the registered one',
      'code-differs': 'The code given is not the one in the certificate',
      'code-invalid': 'Check character of the credit code is wrong',
      'no-code': 'No credit code',
      'unknown-ca': 'Its CA is not registered',
      'signature-invalid': 'Its CA did not sign it',
      expired: 'Expired',
      'not-yet-valid': 'Not valid yet',
      'weak-key': 'Key too weak, or of an unsupported kind',
    },
    decisions: {
      keep: 'Keep what is registered',
      replace: 'Replace',
      skip: 'Leave out',
      assign: 'Assign a company',
      accept: 'Import all the same',
    },
  },
};
