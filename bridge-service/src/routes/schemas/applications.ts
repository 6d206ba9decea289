import Type from 'typebox';
import { applicationStates, envelopeKinds, keySpecs } from '../../services/ports/application-records.ts';
import { base64, closed, Instant, Name, nullable, oneOf, ReasonSchema, recordId, Text } from './common.ts';

const Code = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: '代码 / code' });
const CredentialName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
  description: '密钥目录 enrolment 子目录中的文件名 / a file in the folder `enrolment` of the secrets',
});
const Fen = Type.Integer({ minimum: 0, maximum: 100_000_000, description: '价格，单位分 / price in fen' });

export const ProductSchema = closed(
  {
    code: Code,
    title: Name,
    keySpec: oneOf(keySpecs, '密钥规格 / kind of key'),
    variant: oneOf(['single', 'dual'], '单证书或双证书 / one certificate or a pair'),
    validDays: Type.Integer({ minimum: 1, maximum: 3_660, description: '有效期（天） / validity in days' }),
    priceFen: Fen,
    renewalPriceFen: Fen,
    expectedMinutes: Type.Integer({
      minimum: 1,
      maximum: 525_600,
      description: '承诺的办理时间（分钟） / promised time, in minutes',
    }),
    label: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9._~-]{1,64}$', description: 'EST 标签 / EST label (RFC 7030 §3.2.2)' }),
    ),
    medium: Type.Optional(
      Type.Literal('phone', {
        description: '仅限在手机页面生成的密钥 / for keys made on a phone at the service’s own page alone',
      }),
    ),
  },
  '产品 / product',
);

const Credential = Type.Union([
  closed({ kind: Type.Literal('none') }),
  closed({
    kind: Type.Literal('basic'),
    user: Type.String({ pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,64}$', description: '用户名 / user' }),
    secret: CredentialName,
  }),
  closed({ kind: Type.Literal('tls-certificate'), secret: CredentialName }),
]);

export const CaEnrolmentSchema = closed(
  {
    state: oneOf(['open', 'closed'], '是否受理 / whether applications are taken'),
    public: Type.Boolean({
      description: '是否在本服务的公开申领页列出 / whether the service’s own page offers it to everybody',
    }),
    protocol: oneOf(['est'], '协议：EST（RFC 7030） / protocol'),
    url: Type.String({
      maxLength: 500,
      pattern: '^https?://[\\x21-\\x7e]+$',
      description: '到 /.well-known/est 为止的地址 / up to and with /.well-known/est',
      examples: ['https://ca.example.cn/.well-known/est'],
    }),
    credential: Credential,
    serverAnchors: Type.Array(Type.String({ maxLength: 16_384 }), {
      maxItems: 8,
      description: 'CA 服务器 TLS 证书的信任锚（PEM）；为空则用系统的 / PEM; the system’s when empty',
    }),
    products: Type.Array(ProductSchema, { maxItems: 32 }),
    notice: Type.String({
      maxLength: 2_000,
      pattern: '^[^\\x00-\\x08\\x0b-\\x1f\\x7f]*$',
      description: '办理须知 / notice',
    }),
  },
  'CA 受理设置 / how a CA takes applications',
);

const stamped = { caId: recordId('ca'), updatedAt: Instant };
export const CaEnrolmentAnswer = closed({ ...CaEnrolmentSchema.properties, url: Type.String(), ...stamped });

export const TrialSchema = closed({
  reached: Type.Boolean(),
  reason: nullable(ReasonSchema),
  certificates: Type.Array(
    closed({
      subject: Type.String(),
      digest: Type.String(),
      registered: Type.Boolean({ description: '是否已登记在该 CA 名下 / whether it is registered with this CA' }),
    }),
  ),
});

export const OfferSchema = closed({
  caId: recordId('ca'),
  name: Type.String(),
  notice: Type.String(),
  products: Type.Array(ProductSchema),
  promised: closed({
    availabilityPercent: Type.Optional(Type.Number()),
    responseMinutes: Type.Optional(Type.Number()),
    hours: Type.Optional(Type.String()),
  }),
  figures: closed({
    days: Type.Integer(),
    applications: Type.Integer(),
    issued: Type.Integer(),
    refused: Type.Integer(),
    medianMinutes: nullable(Type.Number()),
    inTimePercent: nullable(Type.Number()),
    sources: Type.Integer(),
    failingSources: Type.Integer(),
  }),
});

const State = oneOf(applicationStates, '状态 / state');
export const ApplicationStateSchema = State;

const Issued = closed({
  subject: Type.String(),
  issuer: Type.String(),
  serialNumber: Type.String(),
  notBefore: Instant,
  notAfter: Instant,
  der: Type.String({ contentEncoding: 'base64' }),
});

const application = {
  id: recordId('app'),
  kind: oneOf(['new', 'renewal'], '新办或续办 / new or renewal'),
  state: State,
  caId: recordId('ca'),
  product: ProductSchema,
  platformId: nullable(recordId('clr')),
  subject: closed({
    creditCode: Type.String(),
    companyName: Type.String(),
    province: nullable(Type.String()),
    locality: nullable(Type.String()),
  }),
  applicant: closed({
    name: Type.String(),
    identifier: nullable(Type.String({ description: '已脱敏 / masked' })),
    phone: nullable(Type.String({ description: '已脱敏 / masked' })),
  }),
  companyId: nullable(recordId('com')),
  renews: nullable(Type.String({ description: '被续证书的 SM3 / SM3 of the certificate that is renewed' })),
  reason: nullable(ReasonSchema),
  attempts: Type.Integer(),
  nextAttemptAt: nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
  submittedAt: nullable(Instant),
  issuedAt: nullable(Instant),
  installedAt: nullable(Instant),
  version: Type.Integer(),
  signing: nullable(Issued),
  encryption: nullable(Issued),
};

export const ApplicationSchema = closed(application);

export const ApplicationDetailSchema = closed({
  ...application,
  steps: Type.Array(closed({ position: Type.Integer(), at: Instant, state: State, reason: nullable(ReasonSchema) })),
  bidOpenings: Type.Array(closed({ startsAt: Instant, endsAt: Instant, platform: Type.String() }), {
    description:
      '续办时提醒：近期开标，旧证书须保留 / of a renewal: openings before which the old certificate has to stay',
  }),
});

export const MadeApplicationSchema = closed({
  ...application,
  applicationKey: nullable(Type.String({ description: '仅公开申领页；只显示一次 / of the page alone; shown once' })),
});

export const ApplicationInputSchema = closed({
  kind: oneOf(['new', 'renewal'], '新办或续办 / new or renewal'),
  caId: recordId('ca'),
  product: Code,
  company: closed({
    creditCode: Type.String({ minLength: 18, maxLength: 24, pattern: '^[0-9A-Za-z -]*$' }),
    name: Text(64, '单位全称，与营业执照一致 / full name'),
    province: Type.Optional(Text(64, '省 / province')),
    locality: Type.Optional(Text(64, '市 / locality')),
  }),
  applicant: closed({
    name: Text(64, '经办人姓名 / who applies'),
    identifier: Type.Optional(Text(40, '证件号码 / number of an identity document')),
    phone: Type.Optional(Type.String({ pattern: '^[0-9+ -]{5,24}$', description: '手机 / phone' })),
  }),
  renews: Type.Optional(
    Type.String({ minLength: 1, maxLength: 32_768, description: '续办：原证书 / of a renewal: the old certificate' }),
  ),
});

export const SubmissionSchema = closed({
  request: base64(32_768, 'PKCS#10（DER 的 base64） / base64 of the DER'),
  proof: Type.Optional(
    base64(
      32_768,
      '续办：旧证书对请求 DER 的分离签名（SignedData） / of a renewal: detached SignedData by the old certificate',
    ),
  ),
});

export const DeliverySchema = closed({
  signingCertificate: Type.String({ contentEncoding: 'base64' }),
  encryptionCertificate: nullable(Type.String({ contentEncoding: 'base64' })),
  envelope: nullable(
    closed({
      kind: oneOf(envelopeKinds, 'importEncryptionKeyPair 的 delivery.kind / as importEncryptionKeyPair takes it'),
      bytes: Type.String({ contentEncoding: 'base64' }),
    }),
  ),
  chain: Type.Array(Type.String({ contentEncoding: 'base64' })),
});

export const ContactSchema = closed({
  name: Type.String(),
  identifier: nullable(Type.String()),
  phone: nullable(Type.String()),
});
