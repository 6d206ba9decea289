import { type Symptom, symptoms } from '@onelock/core/deviations';
import Type from 'typebox';
import { platformAuthentications } from '../../services/ports/registry-records.ts';
import { base64, CertificateText, closed, Instant, Name, nullable, oneOf, recordId, Text } from './common.ts';

const Count = Type.Integer({ minimum: 1 });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SM3，十六进制 / SM3 in hex' });
const stamps = { createdAt: Instant, updatedAt: Instant, version: Count };

const PersonView = closed({
  name: Type.String(),
  identifier: nullable(Type.String({ description: '只显示首尾 / its ends only' })),
  phone: nullable(Type.String()),
});
export const PersonInput = closed({
  name: Name,
  identifier: Type.Optional(Text(40, '证件号码，加密保存 / number of a document, kept encrypted')),
  phone: Type.Optional(Text(30, '电话，加密保存 / telephone, kept encrypted')),
});
export const CreditCode = Type.String({
  minLength: 15,
  maxLength: 30,
  pattern: '^[0-9A-Za-z０-９Ａ-Ｚａ-ｚ\u3000 -]*$',
  description: '统一社会信用代码 / unified social credit code (GB 32100-2015)',
});
export const CompanyState = oneOf(['active', 'closed'], '状态 / state');
export const CompanySchema = closed({
  id: recordId('com'),
  creditCode: Type.String(),
  name: Type.String(),
  state: CompanyState,
  legalPerson: nullable(PersonView),
  agents: Type.Array(PersonView),
  names: Type.Array(closed({ name: Type.String(), since: Instant, until: nullable(Instant) })),
  ...stamps,
});

export const CertificateState = oneOf(['active', 'suspended', 'retired'], '状态 / state');
const certificate = {
  id: recordId('crt'),
  digest: Digest,
  serialNumber: Type.String(),
  companyId: nullable(recordId('com')),
  subject: Type.String(),
  issuer: Type.String(),
  notBefore: Instant,
  notAfter: Instant,
  keyDigest: Digest,
  usage: oneOf(['sign', 'encrypt', 'both'], '用途 / usage'),
  medium: nullable(Type.String()),
  state: CertificateState,
  provenAt: nullable(Instant),
  proof: nullable(
    Type.String({ description: '首次证明持有私钥的登录 / the login that first showed possession of the key' }),
  ),
  source: Type.String(),
  ...stamps,
};
export const RegisteredCertificateSchema = closed(certificate);
export const RegisteredCertificateWithDer = closed({ ...certificate, der: Type.String({ contentEncoding: 'base64' }) });

export const SealKind = oneOf(
  ['company', 'finance', 'contract', 'legal-person', 'bidding', 'other'],
  '印章种类 / kind',
);
export const SealState = oneOf(['active', 'suspended', 'destroyed'], '状态 / state');
const seal = {
  id: recordId('sea'),
  code: Type.String(),
  companyId: recordId('com'),
  name: Type.String(),
  kind: SealKind,
  maker: nullable(Type.String()),
  state: SealState,
  dataDigest: nullable(Digest),
  certificates: Type.Array(Digest),
  validFrom: nullable(Instant),
  validUntil: nullable(Instant),
  ...stamps,
};
export const SealSchema = closed(seal);
export const SealWithData = closed({ ...seal, data: nullable(Type.String({ contentEncoding: 'base64' })) });
export const SealData = base64(2_000_000, '电子印章（GB/T 38540），DER 的 base64 / electronic seal, base64 of the DER');
export const Digests = Type.Array(Digest, {
  maxItems: 50,
  description: '可使用此印章的证书 / certificates that may use it',
});

export const HistorySchema = closed({
  version: Count,
  at: Instant,
  actor: Type.String(),
  action: Type.String(),
  record: Type.Record(Type.String(), Type.Unknown(), { description: '变更之后的记录 / the record after the change' }),
  reason: nullable(Type.String({ description: '变更人所述理由 / why, in the words of whoever changed it' })),
});

const Contacts = Type.Array(
  closed({
    name: Name,
    duty: Text(60, '职责 / duty'),
    phone: Type.Optional(Text(30, '电话 / telephone')),
    email: Type.Optional(Text(120, '电子邮件 / e-mail')),
  }),
  { maxItems: 20 },
);
const Oid = Type.String({ pattern: '^[0-2](\\.(0|[1-9][0-9]{0,38})){1,30}$', maxLength: 200 });

const identitySources = [
  'extension-of-authority',
  'extension-organization-code',
  'extension-registration-number',
  'extension-legacy',
  'subject-serial-number',
  'subject-organization-identifier',
  'subject-organization-unit',
  'subject-organization',
  'subject-unique-identifier',
  'subject-common-name',
] as const;

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '日期（UTC）/ a day in UTC' });
const caProfile = {
  contacts: Contacts,
  serviceLevel: closed({
    availabilityPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    responseMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    hours: Type.Optional(Text(120, '服务时间 / hours')),
  }),
  identityPlaces: Type.Array(
    closed({
      source: oneOf(identitySources, '来源 / source'),
      in: oneOf(['extension', 'subject'], '在何处 / where'),
      oids: Type.Array(Oid, { minItems: 1, maxItems: 10 }),
      reading: oneOf(['whole', 'after-scheme', 'second-part'], '如何取值 / how it is read'),
    }),
    { maxItems: 20, description: '证书中企业身份的位置 / where certificates carry the company' },
  ),
  deviations: Type.Array(
    closed({
      symptom: oneOf(Object.keys(symptoms) as [Symptom, ...Symptom[]], '偏离 / deviation'),
      since: Day,
      until: Day,
    }),
    { maxItems: 50, description: '容许该 CA 的偏离及起止日 / deviations allowed to this CA, from and until a day' },
  ),
};
const DeviationRule = oneOf(
  ['usual', 'declared-only'],
  'usual：另加对所有 CA 一般容许的；declared-only：只认上面所列 / what is allowed to everybody too, or the list alone',
);
export const CaProfileSchema = closed({ ...caProfile, deviationRule: DeviationRule });
/** What is not given is the default. */
export const CaProfileInput = closed({ ...caProfile, deviationRule: Type.Optional(DeviationRule) });

const KeyId = Type.String({ pattern: '^[A-Za-z0-9._-]{1,60}$' });
const Authentication = oneOf(
  platformAuthentications,
  '须出示什么：token 令牌即可；signature 每个请求签名（RFC 9421）；mtls TLS 客户端证书 / what it has to show: its token, a signature of each request, a TLS certificate',
);
const ClientCertificates = Type.Array(closed({ id: KeyId, certificate: CertificateText }), {
  maxItems: 10,
  description: '平台服务器的 TLS 客户端证书，逐张认定 / TLS certificates of the platform’s server, each by itself',
});
const platformProfile = {
  contacts: Contacts,
  keys: Type.Array(
    closed({
      id: KeyId,
      publicKey: base64(4_000, 'SubjectPublicKeyInfo'),
    }),
    { maxItems: 10, description: '平台服务器签名所用的公钥 / public keys of the platform’s server' },
  ),
  requestTickets: Type.Optional(
    oneOf(
      ['required', 'optional'],
      '敏感操作是否必须附带请求票据 / whether sensitive acts need a request ticket of the platform’s server',
    ),
  ),
  requestsPerMinute: nullable(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
  webhooks: Type.Array(
    closed({
      url: Type.String({ minLength: 8, maxLength: 500 }),
      events: Type.Array(Text(60, '事件 / event'), { maxItems: 30 }),
    }),
    { maxItems: 10 },
  ),
};

export const PlatformProfileSchema = closed({
  ...platformProfile,
  ...{ authentication: Authentication, clientCertificates: ClientCertificates },
});
/** What is not given is the default. */
export const PlatformProfileInput = closed({
  ...platformProfile,
  authentication: Type.Optional(Authentication),
  clientCertificates: Type.Optional(ClientCertificates),
});
