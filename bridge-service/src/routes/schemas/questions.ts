import Type from 'typebox';
import { signatureAlgorithmNames } from '../../services/signature-algorithm.ts';
import { contentDigestNames } from '../../services/verify-digest.ts';
import { base64, CertificateText, closed, oneOf, Text } from './common.ts';
import { languages, profiles } from './reports.ts';

export const UseContextSchema = closed(
  {
    deviceSerial: Type.Optional(Text(64, '介质序列号（代理所报） / serial number of the device, as the agent says')),
    driver: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]*$',
        maxLength: 64,
        description: '所用驱动（getDeviceInfo 的 driver），用于统计 / driver, as of getDeviceInfo, for statistics',
      }),
    ),
    driverVersion: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Za-z][0-9A-Za-z.+-]*$',
        maxLength: 32,
        description: '驱动版本 / version of the driver',
      }),
    ),
    machine: Type.Optional(Text(200, '机器标识 / identifier of the machine')),
  },
  '平台所知的使用环境，用于关注名单 / what the platform knows of the way, for the watch-list',
);
const useContext = { context: Type.Optional(UseContextSchema) };

/** What a caller wants of a report beside the verdict. */
export const reportWishes = {
  explain: Type.Optional(
    oneOf(
      ['simple', 'detailed'],
      '附文字说明；detailed 另列证书判定的每条约束 / with words; detailed also lists every constraint asked of a certificate',
    ),
  ),
  language: Type.Optional(
    oneOf(languages, '说明的语言，默认按 Accept-Language / language of the words, by Accept-Language when absent'),
  ),
  sign: Type.Optional(
    oneOf(
      ['cms', 'jws'],
      '由服务签名：cms 为 SM2 签名消息，jws 为 RFC 7515（ES256 或 RS256；JWS 没有 SM2 算法）/ signed by the service: SM2 in SignedData, or JWS of RFC 7515, which has no SM2',
    ),
  ),
};

const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export const Oid = Type.String({ pattern: '^[0-2](\\.(0|[1-9][0-9]{0,38})){1,30}$', description: 'OID' });

const maxCertificates = 100;
const maxRevocationData = 4 * 1024 * 1024;
const needsPermission = '需要权限 explicit-evidence / needs the permission explicit-evidence';

/** What trust is to be judged by; all but `intermediates` is for callers with the permission. */
export const trustQuestion = {
  intermediates: Type.Optional(
    Type.Array(CertificateText, {
      maxItems: maxCertificates,
      description: '可能用到的中间证书 / candidates between leaf and anchor',
    }),
  ),
  trustAnchors: Type.Optional(
    Type.Array(CertificateText, {
      maxItems: maxCertificates,
      description: `以此代替 CA 登记的信任锚；${needsPermission}`,
    }),
  ),
  at: Type.Optional(
    Type.String({ format: 'date-time', maxLength: 40, description: `按此时刻判定；${needsPermission}` }),
  ),
  profile: Type.Optional(oneOf(profiles, `规则集，默认 rfc5280；${needsPermission}`)),
  revocation: Type.Optional(
    oneOf(['require', 'if-available', 'none'], `吊销检查方式，默认 if-available；${needsPermission}`),
  ),
  crls: Type.Optional(
    Type.Array(base64(maxRevocationData, 'CRL（DER 的 base64）/ CRL, base64 of the DER'), {
      maxItems: 50,
      description: needsPermission,
    }),
  ),
  ocspResponses: Type.Optional(
    Type.Array(base64(maxRevocationData, 'OCSP 响应（DER 的 base64）/ OCSP response, base64 of the DER'), {
      maxItems: 50,
      description: needsPermission,
    }),
  ),
  policies: Type.Optional(
    closed(
      {
        acceptable: Type.Optional(
          Type.Union([Type.Literal('any'), Type.Array(Oid, { maxItems: 64 })], {
            description: '可接受的策略 / acceptable policies',
          }),
        ),
        explicit: Type.Optional(Type.Boolean()),
        inhibitMapping: Type.Optional(Type.Boolean()),
        inhibitAny: Type.Optional(Type.Boolean()),
      },
      `证书策略（RFC 5280 §6.1.1）；${needsPermission}`,
    ),
  ),
  peerName: Type.Optional(
    closed(
      { kind: oneOf(['dns', 'ip', 'email'], '名称种类 / kind'), value: Type.String({ minLength: 1, maxLength: 320 }) },
      '终端实体须有的备用名 / a name that the leaf must bear',
    ),
  ),
  keyUsage: Type.Optional(
    Type.Array(oneOf(keyUsages, '密钥用法 / key usage'), {
      maxItems: 9,
      description: '终端实体须有的密钥用法 / bits that the leaf must have',
    }),
  ),
  extendedKeyUsage: Type.Optional(
    Type.Array(Oid, {
      maxItems: 20,
      description: '终端实体须有其一的扩展用途 / purposes, one of which the leaf must have',
    }),
  ),
  maxIntermediates: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 32, description: '中间证书数上限 / most intermediates' }),
  ),
  evidence: Type.Optional(
    oneOf(
      ['fetch', 'supplied'],
      `吊销证据由服务向 CA 取，或只用请求所附；请求自带信任锚或证据时默认 supplied，否则 fetch / revocation evidence from the sources of CAs, or only what comes along; supplied by default where the question brings anchors or evidence, else fetch；${needsPermission}`,
    ),
  ),
};

const certificateQuestion = { certificate: CertificateText, ...trustQuestion, ...reportWishes, ...useContext };
export const CertificateQuestionSchema = closed(certificateQuestion);

/** The body limit of the service is what really bounds these. */
const anyLength = 512 * 1024 * 1024;

const signedBy = {
  certificate: Type.Optional(CertificateText),
  publicKey: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16_384,
      description:
        '公钥（SubjectPublicKeyInfo），与 certificate 二选一，此时不得再带信任条件 / instead of certificate; then nothing may be asked about trust',
    }),
  ),
};
const signatureValue = base64(16_384, 'SM2、ECDSA 为 DER SEQUENCE { r, s } / DER SEQUENCE { r, s } for SM2 and ECDSA');
export const ContentDigest = closed(
  { algorithm: oneOf(contentDigestNames, '摘要算法 / digest'), value: base64(128, '摘要 / the digest') },
  '摘要，代替原文 / a digest, instead of the content',
);

const signatureQuestions = [
  closed({
    kind: Type.Literal('digest', {
      description:
        '裸签名，只送摘要；SM2 的摘要为 e = SM3(ZA ‖ 原文) / raw signature by its digest alone; of SM2 it is e = SM3(ZA ‖ content)',
    }),
    digest: ContentDigest,
    signature: signatureValue,
    ...signedBy,
    algorithm: Type.Optional(
      oneOf(
        signatureAlgorithmNames,
        '签名算法，省略时按密钥与摘要选定（RSA 为 PKCS#1，PSS 须写明；盐与摘要等长）/ chosen from key and digest when absent: PKCS#1 for RSA, so name PSS; its salt is as long as the digest',
      ),
    ),
    ...trustQuestion,
    ...reportWishes,
    ...useContext,
  }),
  closed({
    kind: Type.Literal('raw', { description: '裸签名（P1）/ raw signature' }),
    content: base64(anyLength, '被签名的字节 / the bytes signed'),
    signature: signatureValue,
    ...signedBy,
    algorithm: Type.Optional(
      oneOf(signatureAlgorithmNames, '签名算法，省略时按密钥选定 / chosen from the key when absent'),
    ),
    userId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        pattern: '^[\\x20-\\x7e]+$',
        description: 'SM2 用户标识，默认 1234567812345678 / SM2 user id',
      }),
    ),
    ...trustQuestion,
    ...reportWishes,
    ...useContext,
  }),
  closed({
    kind: Type.Literal('message', { description: '签名消息（GM/T 0010、PKCS#7/CMS）/ signed message' }),
    message: Type.String({
      minLength: 1,
      maxLength: anyLength,
      description: 'DER 的 base64，或 PEM / base64 of the DER, or PEM',
    }),
    content: Type.Optional(base64(anyLength, '分离式签名的原文 / the content of a detached signature')),
    contentDigests: Type.Optional(
      Type.Array(ContentDigest, {
        minItems: 1,
        maxItems: 4,
        description:
          '代替 content：原文的摘要，原文不必上传（签名须带签名属性）/ instead of content: its digests, so that it need not be sent (for signatures with signed attributes)',
      }),
    ),
    certificates: Type.Optional(
      Type.Array(CertificateText, {
        maxItems: maxCertificates,
        description: '消息中没有的签名者证书 / signers that the message does not carry',
      }),
    ),
    ...trustQuestion,
    ...reportWishes,
    ...useContext,
  }),
] as const;

export const SignatureQuestionSchema = Type.Union([...signatureQuestions]);

const timestampQuestion = {
  token: Type.String({
    minLength: 1,
    maxLength: 1_000_000,
    contentEncoding: 'base64',
    description: 'TimeStampToken 或 TimeStampResp / or TimeStampResp',
  }),
  content: Type.Optional(base64(anyLength, '盖时间戳的字节 / the bytes that were stamped')),
  digest: Type.Optional(ContentDigest),
  ...trustQuestion,
  ...reportWishes,
};
export const TimestampQuestionSchema = closed(timestampQuestion);

const mostQuestions = 1_000;

/** Several questions of any kind. */
export const BatchSchema = closed({
  items: Type.Array(
    Type.Union([
      closed({ kind: Type.Literal('certificate', { description: '证书 / a certificate' }), ...certificateQuestion }),
      closed({ kind: Type.Literal('timestamp', { description: '时间戳 / a time-stamp' }), ...timestampQuestion }),
      ...signatureQuestions,
    ]),
    { minItems: 1, maxItems: mostQuestions, description: '逐项判定，各自有结论 / each is judged by itself' },
  ),
});

export const LoginTokenSchema = closed(
  {
    version: Type.Literal(1),
    origin: Type.String({ minLength: 1, maxLength: 300 }),
    challenge: base64(2_048, '挑战 / the challenge'),
    certificate: base64(131_072, '证书（DER 的 base64）/ certificate, base64 of the DER'),
    algorithm: oneOf(['SM2-SM3', 'RSA-SHA256', 'ECDSA-SHA256', 'ECDSA-SHA384', 'ECDSA-SHA512'], '签名算法 / algorithm'),
    signature: base64(16_384, '签名 / signature'),
  },
  'authenticate 返回的登录令牌 / the login token that authenticate returns',
);
