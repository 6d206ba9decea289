import type { Deviation } from './deviation.ts';

const cfca = { name: 'CFCA', issuers: ['China Financial Certification Authority', 'CFCA'] } as const;

const everywhere = { authority: 'any', since: '2012-11-22', until: '2030-12-31' } as const;
const cfcaOnly = { authority: cfca, since: '2012-11-22', until: '2030-12-31' } as const;

/** Every departure that we accept. A row is added with its vector and a last day; what is not here does not pass. */
export const declaredDeviations: readonly Deviation[] = [
  {
    ...everywhere,
    symptom: 'pkcs7-types-around-gm-algorithms',
    rule: 'content types of PKCS#7 are read as their GM/T 0010 twins',
    vector: 'core/src/cms/check-signers.test.ts',
  },
  {
    ...everywhere,
    symptom: 'sm2-signature-named-501',
    rule: 'sm2-with-sm3 for an SM2 key means 301.1',
    vector: 'core/src/cms/check-signers.test.ts',
  },
  {
    ...everywhere,
    symptom: 'sm2-signature-named-301',
    rule: 'the curve for an SM2 key means 301.1',
    vector: 'core/src/cms/check-signers.test.ts',
  },
  {
    ...everywhere,
    symptom: 'sm2-signature-named-ec-public-key',
    rule: 'id-ecPublicKey for an SM2 key means 301.1',
    vector: 'core/src/cms/check-signers.test.ts',
  },
  {
    ...everywhere,
    until: '2028-12-31',
    symptom: 'signature-as-two-numbers',
    rule: 'exactly 64 octets that are no DER are r ‖ s',
    vector: 'core/src/cms/deviations.test.ts',
  },
  {
    ...everywhere,
    until: '2028-12-31',
    symptom: 'signed-attributes-unsorted',
    rule: 'a signature over the attributes in the order of the message, where it is none over their DER',
    vector: 'core/src/cms/verify-attributes.test.ts',
  },
  {
    ...everywhere,
    until: '2028-12-31',
    symptom: 'recipient-version-of-pkcs7',
    rule: 'version 0 of a recipient named by issuer and serial number is read as 1',
    vector: 'core/src/cms/deviations.test.ts',
  },
  {
    ...cfcaOnly,
    symptom: 'recipient-by-key-identifier',
    rule: 'recipients of version 2 are found by the key identifier of their certificate',
    vector: 'gm-x509/envelope-TestOpenEnvelopedMessageWithSubjectKeyID-2.p7',
  },
  {
    ...cfcaOnly,
    symptom: 'sm4-cbc-without-mode',
    rule: '1.2.156.10197.1.104 with an IV of 16 octets is SM4-CBC',
    vector: 'gm-x509/envelope-TestOpenEnvelopedMessageWithSubjectKeyID-2.p7',
  },
  {
    ...cfcaOnly,
    symptom: 'sm2-ciphertext-c1c2c3-bare',
    rule: 'SADK before 3.2: X ‖ Y ‖ C2 ‖ C3, taken when C3 agrees',
    vector: 'core/src/cms/deviations.test.ts',
  },
  {
    ...cfcaOnly,
    symptom: 'sm2-ciphertext-c1c3c2-bare',
    rule: 'SADK types 4 and 16: X ‖ Y ‖ C3 ‖ C2, taken when C3 agrees',
    vector: 'core/src/cms/deviations.test.ts',
  },
];
