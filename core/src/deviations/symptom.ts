/**
 * Ways in which messages in use depart from the standards and are still readable in exactly one way. Our readers recognise
 * each and name it; whether it may pass is what the table of declared deviations says, never the reader.
 */
export const symptoms = {
  'pkcs7-types-around-gm-algorithms': 'GB/T 35275-2017 §6',
  'sm2-signature-named-501': 'GB/T 35275-2017 §8',
  'sm2-signature-named-301': 'GB/T 35275-2017 §8',
  'sm2-signature-named-ec-public-key': 'GB/T 35275-2017 §8',
  'signature-as-two-numbers': 'GB/T 35276-2017 §7.3',
  'signed-attributes-unsorted': 'RFC 5652 §5.4',
  'recipient-by-key-identifier': 'GB/T 35275-2017 §9',
  'recipient-version-of-pkcs7': 'GB/T 35275-2017 §9',
  'sm4-cbc-without-mode': 'GB/T 35275-2017 §9',
  'sm2-ciphertext-c1c3c2': 'GB/T 35276-2017 §7.2',
  'sm2-ciphertext-c1c2c3': 'GB/T 35276-2017 §7.2',
  'sm2-ciphertext-c1c3c2-bare': 'GB/T 35276-2017 §7.2',
  'sm2-ciphertext-c1c2c3-bare': 'GB/T 35276-2017 §7.2',
} as const satisfies Readonly<Record<string, string>>;

/** Name of a departure; its value in {@link symptoms} is the clause departed from. */
export type Symptom = keyof typeof symptoms;
