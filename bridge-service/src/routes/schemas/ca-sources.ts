import Type from 'typebox';
import { revocationRules } from '../../services/ports/evidence-store.ts';
import { closed, oneOf } from './common.ts';

const Address = closed({
  url: Type.String({
    minLength: 1,
    maxLength: 2_048,
    pattern: '^[\\x21-\\x7e]+$',
    description: 'http 或 https / http or https',
  }),
  issuer: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{64}$',
      description:
        '只管此 CA 证书（SM3）签发的证书；省略则管该 CA 全部 / only for certificates issued by this certificate of the CA (SM3); all of them when absent',
    }),
  ),
});
const addresses = (description: string) => Type.Array(Address, { maxItems: 50, description });

export const RevocationRule = oneOf(
  revocationRules,
  '查不到吊销状态时：require 不下结论；if-available 通过并注明未核实。省略则不变，新登记的 CA 为 require / where nobody can tell whether a certificate is revoked: nothing is decided, or it passes and the answer says so; unchanged when absent, `require` for a CA that enters',
);

export const sourceFields = {
  ocsp: addresses('OCSP 响应者 / OCSP responders'),
  crl: addresses('吊销列表 / revocation lists'),
  deltaCrl: addresses('增量吊销列表 / delta lists'),
  caIssuers: addresses('颁发者证书 / issuers’ certificates'),
  tsa: addresses('时间戳服务 / time-stamping authorities'),
  prefer: oneOf(['crl', 'ocsp'], '两者都有时先问谁 / which is asked first'),
  ocspNonce: oneOf(['none', 'send', 'require'], 'OCSP 随机数 / nonce of OCSP'),
  ocspDigest: oneOf(['sha1', 'sha256', 'sm3'], 'CertID 的摘要 / digest of CertID'),
  ocspMethod: oneOf(['post', 'get'], 'RFC 6960 POST 或 RFC 5019 GET / POST of RFC 6960 or GET of RFC 5019'),
  certificateUrls: oneOf(
    ['used', 'ignored'],
    '这里没有列出的种类是否用证书里的地址 / whether addresses in certificates count for kinds without one here',
  ),
  revocation: RevocationRule,
};
const optionalFields = Object.fromEntries(
  Object.entries(sourceFields).map(([name, schema]) => [name, Type.Optional(schema)]),
) as { [Name in keyof typeof sourceFields]: ReturnType<typeof Type.Optional<(typeof sourceFields)[Name]>> };

/** What is not given is the default. */
export const CaSourcesInput = closed(optionalFields);
