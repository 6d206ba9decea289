import { oneOf, text } from './primitives.ts';

/** Signature algorithms by our names; the only ones that new signatures are made with. */
export const signatureAlgorithms = [
  'SM2-SM3',
  'RSA-SHA256',
  'RSA-SHA384',
  'RSA-SHA512',
  'RSA-PSS-SHA256',
  'RSA-PSS-SHA384',
  'RSA-PSS-SHA512',
  'ECDSA-SHA256',
  'ECDSA-SHA384',
  'ECDSA-SHA512',
] as const;
export type SignatureAlgorithmId = (typeof signatureAlgorithms)[number];

export const SignatureAlgorithm = oneOf(
  signatureAlgorithms,
  '签名算法；省略时按密钥选定（SM2 用 SM3，RSA 用 SHA-256）',
  'Signature algorithm; chosen from the key when absent (SM2 → SM3, RSA → SHA-256)',
);

/** What a parsed message or certificate may name, old algorithms included. Our name, or the dotted OID of one we do not do. */
export const AlgorithmName = text(
  { min: 3, max: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9.-]*$' },
  '算法名，如 SM2-SM3、RSA-SHA256；本产品不支持的算法写作其 OID',
  'Algorithm name, e.g. SM2-SM3, RSA-SHA256; the dotted OID for one that this product does not do',
);

export const digestAlgorithms = ['sm3', 'sha256', 'sha384', 'sha512'] as const;
export type DigestAlgorithmId = (typeof digestAlgorithms)[number];

export const DigestAlgorithm = oneOf(
  digestAlgorithms,
  '摘要算法；省略时按密钥选定',
  'Digest algorithm; chosen from the key when absent',
);

export const KeyAlgorithm = oneOf(
  ['sm2', 'rsa', 'ec', 'ed25519', 'ed448', 'unsupported'],
  '公钥算法',
  'Public key algorithm',
);

export const SignatureEncoding = oneOf(
  ['der', 'raw'],
  '椭圆曲线签名的编码：der 为 SEQUENCE { r, s }（默认，GB/T 35276 §7.3），raw 为 r‖s；RSA 忽略此项',
  'Encoding of an elliptic-curve signature: der is SEQUENCE { r, s } (default, GB/T 35276 §7.3), raw is r‖s; RSA ignores it',
);

export const Sm2UserId = text(
  { min: 1, max: 128, pattern: '^[\\x20-\\x7e]+$' },
  'SM2 用户标识，默认 1234567812345678（GM/T 0009 §10）；RSA 忽略此项',
  'SM2 user id, default 1234567812345678 (GM/T 0009 §10); RSA ignores it',
);

export const CipherAlgorithm = oneOf(
  ['SM4-CBC', 'SM4-GCM', 'AES-256-CBC', 'AES-256-GCM'],
  '内容加密算法；省略时按接收者证书选定（SM2 用 SM4）',
  "Content encryption algorithm; chosen from the recipients' certificates when absent (SM2 → SM4)",
);
