import Type, { type TSchema } from 'typebox';

/** An object that admits no other field. */
export function closed<const Properties extends Record<string, TSchema>>(properties: Properties, description?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(description !== undefined && { description }) });
}

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values, description: string) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description });
}

export const Instant = Type.String({
  format: 'date-time',
  maxLength: 40,
  description: '时刻，RFC 3339 / an instant, RFC 3339',
  examples: ['2026-11-22T08:00:00.000Z'],
});

export const CertificateText = Type.String({
  minLength: 1,
  maxLength: 131_072,
  description: '证书：PEM，或 DER 的 base64 / certificate: PEM, or base64 of the DER',
});

export const Name = Type.String({
  minLength: 1,
  maxLength: 120,
  pattern: '^[^\\x00-\\x1f\\x7f]*$',
  description: '名称，供人辨认 / a name for people',
});

/** One line of text. Control characters go into no database, no log and no page. */
export function Text(maxLength: number, description: string) {
  return Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$', description });
}

export const Origin = Type.String({
  minLength: 1,
  maxLength: 300,
  description: '页面来源，如 https://bid.example.cn / origin of pages',
  examples: ['https://bid.example.cn'],
});

export const Hex = Type.String({ pattern: '^[0-9a-f]*$' });

export function base64(maxLength: number, description: string) {
  return Type.String({ maxLength, contentEncoding: 'base64', description });
}

export function recordId(prefix: string) {
  return Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, maxLength: 40, description: '编号 / id' });
}

export function byId(prefix: string) {
  return closed({ id: recordId(prefix) });
}

export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 200,
      default: 50,
      description: '每页条数，默认 50 / items a page, 50 by default',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: '上一页的 nextCursor / nextCursor of the page before' }),
  ),
};

export function pageOfSchema<S extends TSchema>(item: S) {
  return closed({
    items: Type.Array(item),
    nextCursor: nullable(
      Type.String({ description: '下一页的 cursor；末页为 null / cursor of the next page; null at the end' }),
    ),
  });
}

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{8,200}$',
      description:
        '同一键的重复请求得到同一应答；用于不同请求则拒绝 / a repeated request with the same key gets the same answer; another request with it is refused',
    }),
  ),
  'onelock-reason': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,4600}$',
      description:
        '理由，百分号编码的 UTF-8；写入审计记录的明细 / why, percent-encoded UTF-8; kept with the audit entry',
    }),
  ),
});

/** Of a change of what may have been changed by somebody else since it was read. */
export const ChangeHeader = Type.Object({
  ...IdempotencyHeader.properties,
  'if-match': Type.Optional(
    Type.String({
      pattern: '^(\\*|(W/)?"[0-9]{1,15}"( *, *(W/)?"[0-9]{1,15}"){0,9})$',
      description:
        '读取时得到的 ETag；此后他人改过则拒绝（412），以免覆盖他人的修改 / ETag of what was read; when somebody has changed it since, the change is refused (412) and overwrites nothing',
    }),
  ),
});

const Scalars = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]), {
  description: '随代码附带的数据 / data that rides along with the code',
});

/** All codes are in the registry; listing them at each of forty places would be most of the document. */
const Code = Type.String({
  pattern: '^ERR_[A-Z0-9_]+$',
  description: '错误登记表中的代码，永不复用 / a code of the error registry, never reused',
  examples: ['ERR_PATH_EXPIRED'],
});

export const ReasonSchema = closed({ code: Code, params: Scalars }, '原因 / reason');

export const ErrorSchema = closed(
  {
    error: closed({
      code: Code,
      params: Scalars,
      message: Type.String({ description: '按 Accept-Language 的说明 / words by Accept-Language' }),
      whoCanAct: oneOf(['user', 'integrator', 'operator', 'vendor', 'us'], '谁能解决 / who can put it right'),
      retriable: Type.Boolean({ description: '原样重试是否可能成功 / whether the same request may succeed later' }),
      requestId: Type.String({ description: '请求编号，也在 x-request-id 中 / also in x-request-id' }),
    }),
  },
  '错误 / error',
);

/** Every route's answers beside its own. */
export const errorAnswers = { '4xx': ErrorSchema, '5xx': ErrorSchema };
