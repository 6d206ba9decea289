import { closed, list, oneOf, optional, text } from './primitives.ts';

/** Which identities are wanted. All conditions must hold. */
export const CertificateFilter = closed(
  {
    usage: optional(oneOf(['authenticate', 'sign', 'encrypt'], '用途', 'Usage')),
    algorithms: optional(
      list(
        oneOf(['sm2', 'rsa', 'ec'], '算法', 'Algorithm'),
        { min: 1, max: 3, unique: true },
        '密钥算法',
        'Key algorithms',
      ),
    ),
    issuer: optional(text({ max: 256 }, '颁发者名称中含有的文字', "Text contained in the issuer's name")),
    subject: optional(text({ max: 256 }, '主体名称中含有的文字', "Text contained in the subject's name")),
    subjectId: optional(
      text({ min: 18, max: 18, pattern: '^[0-9A-Z]{18}$' }, '统一社会信用代码', 'Unified social credit code'),
    ),
    validity: optional(
      oneOf(
        ['valid', 'any'],
        '按有效期筛选，默认 any（过期的也列出，以便说明原因）',
        'By date; any by default (expired ones are listed too, so that a page can say why)',
      ),
    ),
  },
  ['筛选条件，须同时满足', 'Conditions, all of which must hold'],
);
