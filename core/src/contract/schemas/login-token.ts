import { CertificateDer } from './certificate.ts';
import { about, bytes, closed, limits, literal, oneOf, text } from './primitives.ts';

export const Challenge = bytes(
  { min: 32, max: 1024 },
  '服务器给出的一次性随机数，至少 32 字节',
  "The server's one-time random value, at least 32 bytes",
);

/** What `authenticate` returns and a server checks. core/login owns its meaning. */
export const LoginToken = closed(
  {
    version: about(literal(1), '令牌格式版本', 'Version of the token format'),
    origin: text({ min: 8, max: 300 }, '来源（由代理填写）', 'Origin (filled in by the agent)'),
    challenge: about(Challenge, '挑战，原样返回', 'The challenge, unchanged'),
    certificate: CertificateDer,
    algorithm: oneOf(
      ['SM2-SM3', 'RSA-SHA256', 'ECDSA-SHA256', 'ECDSA-SHA384', 'ECDSA-SHA512'],
      '签名算法',
      'Signature algorithm',
    ),
    signature: bytes(
      { min: 8, max: limits.signature },
      '签名：SM2、ECDSA 为 DER SEQUENCE { r, s }，RSA 为模长字节',
      'Signature: DER SEQUENCE { r, s } for SM2 and ECDSA, modulus-length bytes for RSA',
    ),
  },
  ['登录令牌，提交给 POST /v1/logins', 'Login token, for POST /v1/logins'],
);
