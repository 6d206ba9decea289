import Type, { type TProperties } from 'typebox';
import { type ErrorCode, errorRegistry } from '../../errors/registry.ts';
import {
  about,
  closed,
  flag,
  hex,
  instant,
  integer,
  list,
  literal,
  oneOf,
  optional,
  text,
  union,
} from './primitives.ts';

const errorCodes = Object.keys(errorRegistry) as [ErrorCode, ...ErrorCode[]];

/** A code of the registry. The list is open towards newer agents, hence a pattern and not an enumeration. */
export const Code = Type.Unsafe<ErrorCode>({
  type: 'string',
  minLength: 5,
  maxLength: 64,
  pattern: '^ERR_[A-Z0-9_]+$',
  examples: errorCodes.slice(0, 1),
  description: 'Code of the error registry; the words are chosen where the reader is',
  'x-description-zh': '错误登记表中的代码；文字由阅读端按语言选取',
});

/** Flat data of a reason: never a PIN, a key or a document. */
export const ReasonParams = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$' }),
  Type.Union([
    Type.String({ minLength: 0, maxLength: 1024 }),
    Type.Number({ minimum: -9007199254740991, maximum: 9007199254740991 }),
    Type.Boolean(),
    Type.Null(),
  ]),
  {
    additionalProperties: false,
    maxProperties: 16,
    description: 'Data that the words may show',
    'x-description-zh': '随代码附带、文字中可显示的数据',
  },
);

export const Reason = closed({ code: Code, params: ReasonParams }, ['带代码的原因', 'A coded reason']);

export const VerdictSubject = closed(
  {
    subject: text({ max: 1024, min: 0 }, '主体（RFC 4514 写法）', 'Subject (RFC 4514)'),
    issuer: text({ max: 1024, min: 0 }, '颁发者（RFC 4514 写法）', 'Issuer (RFC 4514)'),
    serialNumber: hex({ max: 128, min: 1 }, '序列号（十六进制）', 'Serial number (hexadecimal)'),
  },
  ['所评判的证书', 'The certificate that is judged'],
);

export const Need = closed(
  {
    kind: oneOf(
      ['trust-anchor', 'issuer-certificate', 'signer-certificate', 'content', 'revocation', 'algorithm'],
      '缺少何种材料',
      'What kind of evidence is missing',
    ),
    of: text({ max: 1024, min: 0 }, '关于谁或什么', 'Whom or what it concerns'),
  },
  ['补充后即可作出结论的材料', 'Evidence that would let the verdict be decided'],
);

/**
 * The three outcomes (ETSI EN 319 102-1 §5.1.3), each with these further fields. A union on `indication`, so that a
 * reason is there exactly when there is something to explain.
 */
export function verdictWith<P extends TProperties>(properties: P, zh: string, en: string) {
  return union(
    [
      closed({
        indication: about(literal('passed'), '通过', 'Passed'),
        ...properties,
      }),
      closed({
        indication: about(literal('failed'), '不通过', 'Failed'),
        reason: Reason,
        subject: optional(VerdictSubject),
        ...properties,
      }),
      closed({
        indication: about(literal('indeterminate'), '无法判定', 'Indeterminate'),
        reason: Reason,
        needs: list(Need, { max: 32 }, '缺少的材料', 'What is missing'),
        ...properties,
      }),
    ],
    zh,
    en,
  );
}

export const Verdict = verdictWith(
  {},
  '结论：通过、不通过（附原因和主体）或无法判定（附原因和所缺材料）',
  'Verdict: passed, failed (with reason and subject) or indeterminate (with reason and needs)',
);

/** How revocation was looked at; a verdict that did not look says so and why. */
export const RevocationReport = closed(
  {
    mode: oneOf(['require', 'if-available', 'none'], '要求的检查方式', 'What was asked for'),
    checked: flag('是否已检查吊销', 'Whether revocation was checked'),
    reason: optional(Reason),
    source: optional(oneOf(['ocsp', 'crl'], '依据来源', 'Kind of evidence')),
    producedAt: optional(instant('依据的签发时间', 'When the evidence was produced')),
    ageSeconds: optional(
      integer(
        { min: 0, max: 4_000_000_000 },
        '依据距评判时刻的秒数',
        'Age of the evidence at the moment judged for, in seconds',
      ),
    ),
  },
  ['吊销检查情况；未检查时附原因', 'How revocation was looked at; with the reason when it was not'],
);
