import { wordsOf } from '../../words/words-of.ts';

/** Ways in which messages of CAs and keys depart from the standards, as the service knows them (`@onelock/core/deviations`). */
export const deviations = [
  ...(['pkcs7-types-around-gm-algorithms', 'sm2-signature-named-501', 'sm2-signature-named-301'] as const),
  ...(['sm2-signature-named-ec-public-key', 'signature-as-two-numbers', 'signed-attributes-unsorted'] as const),
  ...(['recipient-by-key-identifier', 'recipient-version-of-pkcs7', 'sm4-cbc-without-mode'] as const),
  ...([
    'sm2-ciphertext-c1c3c2',
    'sm2-ciphertext-c1c2c3',
    'sm2-ciphertext-c1c3c2-bare',
    'sm2-ciphertext-c1c2c3-bare',
  ] as const),
] as const;
export type Deviation = (typeof deviations)[number];

const words = wordsOf(
  {
    'pkcs7-types-around-gm-algorithms': '国密算法用了国际 PKCS#7 类型标识',
    'sm2-signature-named-501': 'SM2 签名算法标为 SM2 签名带 SM3（501）',
    'sm2-signature-named-301': 'SM2 签名算法标为 SM2 公钥（301）',
    'sm2-signature-named-ec-public-key': 'SM2 签名算法标为椭圆曲线公钥',
    'signature-as-two-numbers': '签名值为裸 r、s 两数',
    'signed-attributes-unsorted': '签名属性未按 DER 排序',
    'recipient-by-key-identifier': '收件人以密钥标识指明',
    'recipient-version-of-pkcs7': '收件人信息版本号用 PKCS#7 的',
    'sm4-cbc-without-mode': 'SM4 算法标识未写明 CBC',
    'sm2-ciphertext-c1c3c2': 'SM2 密文为 C1C3C2 拼接',
    'sm2-ciphertext-c1c2c3': 'SM2 密文为 C1C2C3 拼接',
    'sm2-ciphertext-c1c3c2-bare': 'SM2 密文为 C1C3C2 拼接，无 04 前缀',
    'sm2-ciphertext-c1c2c3-bare': 'SM2 密文为 C1C2C3 拼接，无 04 前缀',
  },
  {
    'pkcs7-types-around-gm-algorithms': 'International PKCS#7 types around SM algorithms',
    'sm2-signature-named-501': 'SM2 signature named as SM2 with SM3 (501)',
    'sm2-signature-named-301': 'SM2 signature named as an SM2 key (301)',
    'sm2-signature-named-ec-public-key': 'SM2 signature named as an elliptic-curve key',
    'signature-as-two-numbers': 'Signature as two bare numbers r, s',
    'signed-attributes-unsorted': 'Signed attributes not in DER order',
    'recipient-by-key-identifier': 'Recipient named by its key identifier',
    'recipient-version-of-pkcs7': 'Recipient with the version of PKCS#7',
    'sm4-cbc-without-mode': 'SM4 without its CBC mode named',
    'sm2-ciphertext-c1c3c2': 'SM2 ciphertext as C1C3C2 in a row',
    'sm2-ciphertext-c1c2c3': 'SM2 ciphertext as C1C2C3 in a row',
    'sm2-ciphertext-c1c3c2-bare': 'SM2 ciphertext as C1C3C2 without the leading 04',
    'sm2-ciphertext-c1c2c3-bare': 'SM2 ciphertext as C1C2C3 without the leading 04',
  },
);

/** A deviation in words; one that this build does not know as it is. */
export function deviationText(name: string): string {
  const known = deviations.find((one) => one === name);
  return known === undefined ? name : words(known);
}
