import type { Locale } from '@onelock/core/messages';
import type { Company, RegisteredCertificate } from '../ports/registry-records.ts';

interface Words {
  readonly companies: readonly string[];
  readonly certificates: readonly string[];
  readonly states: Readonly<Record<Company['state'] | RegisteredCertificate['state'], string>>;
  readonly usages: Readonly<Record<RegisteredCertificate['usage'], string>>;
}

/** Heads and values of exported registries, for people. */
export const exportWords: Readonly<Record<Locale, Words>> = {
  'zh-CN': {
    companies: ['统一社会信用代码', '企业名称', '状态', '法定代表人', '曾用名', '登记时间', '变更时间', '编号'],
    certificates: [
      ...['企业名称', '统一社会信用代码', '序列号', '主体', '颁发者', '用途', '介质', '状态', '生效时间', '失效时间'],
      ...['持有证明时间', '来源', '摘要（SM3）', '编号'],
    ],
    states: { active: '有效', closed: '注销', suspended: '停用', retired: '退出使用' },
    usages: { sign: '签名', encrypt: '加密', both: '签名与加密' },
  },
  en: {
    companies: ['credit code', 'company name', 'state', 'legal person', 'former names', 'registered', 'changed', 'id'],
    certificates: [
      ...[
        'company name',
        'credit code',
        'serial number',
        'subject',
        'issuer',
        'usage',
        'medium',
        'state',
        'valid from',
      ],
      ...['valid until', 'possession shown', 'source', 'digest (SM3)', 'id'],
    ],
    states: { active: 'active', closed: 'closed', suspended: 'suspended', retired: 'retired' },
    usages: { sign: 'signature', encrypt: 'encryption', both: 'both' },
  },
};
