/** Chains of the published `gm-x509` folder: leaf first, anchor last, and an instant inside every validity. */
export interface PublishedChain {
  readonly name: string;
  readonly files: readonly [string, ...string[]];
  readonly anchor: string;
  readonly at: string;
}

const national = 'ROOTCA-NRCAC-sm2-root.cer';

export const publishedChains: readonly PublishedChain[] = [
  { name: 'the national SM2 root → GDCA', files: ['GDCA-sm2-intermediate.cer'], anchor: national, at: '2024-06-01' },
  {
    name: 'the national SM2 root → SHECA',
    files: ['x509_additional-sm2Certificate.cer'],
    anchor: national,
    at: '2024-06-01',
  },
  ...['sm2_sign_cert', 'sm2_enc_cert', 'sm2_auth_cert'].map((leaf) => websvr(leaf, 'SM2_CA')),
  ...['rsa_sign', 'rsa_auth_cert'].map((leaf) => websvr(leaf, 'RSA_CA')),
  ...['user', 'sign', 'encrypt'].map(
    (leaf): PublishedChain => ({
      name: `gmcred-ca → gmcred-${leaf}`,
      files: [`gmcred-${leaf}.cer`],
      anchor: 'gmcred-ca.cer',
      at: '2021-01-01',
    }),
  ),
];

function websvr(leaf: string, root: string): PublishedChain {
  return {
    name: `websvr-${root} → websvr-${leaf}`,
    files: [`websvr-${leaf}.cer`],
    anchor: `websvr-${root}.cer`,
    at: '2024-06-01',
  };
}
