import { wordsOf } from '../../words/words-of.ts';

/** Where certificates carry the company, and how it is read there. */
export const identitySources = [
  ...([
    'extension-of-authority',
    'extension-organization-code',
    'extension-registration-number',
    'extension-legacy',
  ] as const),
  ...([
    'subject-serial-number',
    'subject-organization-identifier',
    'subject-organization-unit',
    'subject-organization',
  ] as const),
  ...(['subject-unique-identifier', 'subject-common-name'] as const),
] as const;
export const identityReadings = ['whole', 'after-scheme', 'second-part'] as const;

const words = wordsOf(
  {
    'extension-of-authority': '本机构自有扩展',
    'extension-organization-code': '组织机构代码扩展',
    'extension-registration-number': '工商注册号扩展',
    'extension-legacy': '旧版扩展',
    'subject-serial-number': '主体序列号（SERIALNUMBER）',
    'subject-organization-identifier': '主体机构标识（2.5.4.97）',
    'subject-organization-unit': '主体部门（OU）',
    'subject-organization': '主体机构（O）',
    'subject-unique-identifier': '主体唯一标识',
    'subject-common-name': '主体通用名（CN）',
    whole: '整个值',
    'after-scheme': '“NTRCN-”之类前缀之后',
    'second-part': '以 @ 分隔的第二段',
  },
  {
    'extension-of-authority': 'The authority’s own extension',
    'extension-organization-code': 'Organization code extension',
    'extension-registration-number': 'Registration number extension',
    'extension-legacy': 'Older extensions',
    'subject-serial-number': 'Subject SERIALNUMBER',
    'subject-organization-identifier': 'Subject organizationIdentifier (2.5.4.97)',
    'subject-organization-unit': 'Subject OU',
    'subject-organization': 'Subject O',
    'subject-unique-identifier': 'Subject unique identifier',
    'subject-common-name': 'Subject CN',
    whole: 'All of it',
    'after-scheme': 'After a scheme like “NTRCN-”',
    'second-part': 'Second part between @ signs',
  },
);

const names = [...identitySources, ...identityReadings] as const;

/** A source or a reading in words; one that this build does not know as it is. */
export function identityText(name: string): string {
  const known = names.find((one) => one === name);
  return known === undefined ? name : words(known);
}
