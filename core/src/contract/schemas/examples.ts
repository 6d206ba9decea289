/*
 * Values for examples. The certificate is real (self-signed SM2, made by OpenSSL for this purpose; its key was thrown
 * away), so that an example can be pasted into a decoder. Handles are made up.
 */
export const exampleCertificate =
  'MIIB+jCCAaCgAwIBAgIDK3oRMAoGCCqBHM9VAYN1MFMxCzAJBgNVBAYTAkNOMSEwHwYDVQQKDBjnpLrkvovlu7rorr7mnInpmZDlhazlj7gxITAfBgNVBAMMGOekuuS+i+W7uuiuvuaciemZkOWFrOWPuDAeFw0yNjExMjIxNTEzMDdaFw0zNjExMTkxNTEzMDdaMFMxCzAJBgNVBAYTAkNOMSEwHwYDVQQKDBjnpLrkvovlu7rorr7mnInpmZDlhazlj7gxITAfBgNVBAMMGOekuuS+i+W7uuiuvuaciemZkOWFrOWPuDBZMBMGByqGSM49AgEGCCqBHM9VAYItA0IABOqAFq/ZPBcXsw+yXbBI6XpsuJwSE0ndA7MsOisSwa6RNjcLzKfL2RKRy81aC91ISLCEETHJhn8kXYolIWhbikqjYzBhMB0GA1UdDgQWBBQUkNzHVKOrJbfiTiQihn+gp42x7jAfBgNVHSMEGDAWgBQUkNzHVKOrJbfiTiQihn+gp42x7jAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIGwDAKBggqgRzPVQGDdQNIADBFAiACkaTCEoImmmV+AysA+mur5hr3HxXiHtmrribA0cGHAwIhAOFZeZSGNLOql45e4JsHfp/qmlrrGlS4rE5E+de6+0Yz';

export const exampleSignature =
  'MEYCIQCFG3GqeljokQQRjhqx4wQONeFeZ+EeRtXO/mXClsNKtAIhAIdOBzmvi6YqxMgues8QC/VOrTdl5+AUY717PWJr/TRH';
export const exampleKey = 'k1_c29mdDpkZW1vOnNtMjox';
export const exampleDevice = 'd1_c29mdDpkZW1vOjE';
export const exampleFile = 'f1_9b0e5c1f6a7d4c02';
export const exampleSeal = 's1_c29mdDpkZW1vOnNlYWwx';
export const exampleRemoteSession = 'r1_5f0c9a3be1d24476';
export const exampleChallenge = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=';
/** `投标文件` in UTF-8. */
export const exampleContent = '5oqV5qCH5paH5Lu2';
/** A digest's worth of bytes. */
export const exampleDigest = 'ZsfwYu9c6i8R0d8m7tPrVnJ0q1yYl2mBd0h3s1xQZk8=';
/** A SignedData without a signer, enough for an example. */
export const exampleMessage = 'MCUGCiqBHM9VBgEEAgKgGzAVAgEBMQwwCgYIKoEcz1UBgxEwADEA';
/** The head of a TimeStampToken, enough for an example. */
export const exampleToken =
  'MEkGCSqGSIb3DQEHAqA8MDoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5';
export const examplePublicKey =
  'MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE6oAWr9k8FxezD7JdsEjpemy4nBITSd0Dsyw6KxLBrpE2NwvMp8vZEpHLzVoL3UhIsIQRMcmGfyRdiiUhaFuKSg==';
export const examplePng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const exampleSubject = {
  subject: 'CN=示例建设有限公司,O=示例建设有限公司,C=CN',
  issuer: 'CN=示例建设有限公司,O=示例建设有限公司,C=CN',
  serialNumber: '2b7a11',
} as const;

export const exampleSummary = {
  subject: exampleSubject.subject,
  subjectCommonName: '示例建设有限公司',
  issuer: exampleSubject.issuer,
  issuerCommonName: '示例建设有限公司',
  serialNumber: exampleSubject.serialNumber,
  notBefore: '2026-11-22T15:13:07Z',
  notAfter: '2036-11-19T15:13:07Z',
  publicKey: { algorithm: 'sm2', curve: 'sm2', bits: 256 },
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  fingerprint: 'f9c5939ecd2ee46cfc722a322b842c7fd02a80b759e401e220590b52aba784a7',
} as const;

export const exampleIdentity = {
  kind: 'organization',
  organization: '示例建设有限公司',
  unifiedSocialCreditCode: {
    value: '91520100MA6DJ0000P',
    checkDigitValid: true,
    source: 'extension 1.2.156.10260.4.1.4',
  },
  person: null,
  rules: 'default',
} as const;

export const exampleEntry = {
  key: exampleKey,
  device: exampleDevice,
  deviceKind: 'key',
  deviceLabel: '示例 UKey',
  label: 'sign-1',
  signing: exampleSummary,
  encryption: null,
  subjectIdentity: exampleIdentity,
  validity: 'valid',
} as const;

const certificateFacts = {
  certificate: exampleSubject,
  path: [exampleSubject],
  at: '2026-11-22T16:00:00Z',
  profile: 'bidding',
  revocation: {
    mode: 'if-available',
    checked: false,
    reason: { code: 'ERR_REVOCATION_UNKNOWN', params: { subject: exampleSubject.subject } },
  },
  attempts: [],
} as const;

export const exampleCertificateReport = { indication: 'passed', ...certificateFacts, checkedBy: 'service' } as const;

/** The same certificate a month after its end. */
export const exampleExpiredReport = {
  indication: 'failed',
  reason: {
    code: 'ERR_PATH_EXPIRED',
    params: { subject: exampleSubject.subject, notAfter: '2036-11-19T15:13:07Z', at: '2036-12-19T00:00:00Z' },
  },
  subject: exampleSubject,
  ...certificateFacts,
  at: '2036-12-19T00:00:00Z',
  path: [],
  checkedBy: 'service',
} as const;

export const exampleMessageReport = {
  indication: 'passed',
  family: 'gm',
  contentType: '1.2.156.10197.6.1.4.2.1',
  detached: true,
  signers: [
    {
      indication: 'passed',
      signer: exampleSubject.subject,
      digestAlgorithm: 'sm3',
      signatureAlgorithm: 'SM2-SM3',
      signingTime: '2026-11-22T15:59:58Z',
      certificate: { indication: 'passed', ...certificateFacts },
    },
  ],
  checkedBy: 'service',
} as const;

export const exampleSignatureReport = {
  indication: 'passed',
  algorithm: 'SM2-SM3',
  certificate: { indication: 'passed', ...certificateFacts },
  checkedBy: 'service',
} as const;

const exampleName = {
  text: exampleSubject.subject,
  attributes: [
    { oid: '2.5.4.6', name: 'C', value: 'CN' },
    { oid: '2.5.4.10', name: 'O', value: '示例建设有限公司' },
    { oid: '2.5.4.3', name: 'CN', value: '示例建设有限公司' },
  ],
} as const;

/** What getCertificateInfo says of the example certificate. */
export const exampleInfo = {
  version: 3,
  serialNumber: exampleSubject.serialNumber,
  signatureAlgorithm: 'SM2-SM3',
  signatureAlgorithmOid: '1.2.156.10197.1.501',
  issuer: exampleName,
  subject: exampleName,
  notBefore: exampleSummary.notBefore,
  notAfter: exampleSummary.notAfter,
  publicKey: exampleSummary.publicKey,
  subjectPublicKeyInfo: examplePublicKey,
  keyUsage: exampleSummary.keyUsage,
  extendedKeyUsage: null,
  basicConstraints: { ca: true, pathLength: null },
  subjectKeyIdentifier: '1490dcc754a3ab25b7e24e2422867fa0a78db1ee',
  authorityKeyIdentifier: '1490dcc754a3ab25b7e24e2422867fa0a78db1ee',
  subjectAltNames: [],
  certificatePolicies: [],
  crlDistributionPoints: [],
  ocspResponders: [],
  caIssuers: [],
  extensions: [{ oid: '2.5.29.15', name: 'keyUsage', critical: true, value: 'AwIGwA==' }],
  fingerprints: {
    sha256: exampleSummary.fingerprint,
    sm3: '42c11d15bd7247a131ebb8783ba01c8e831c6fce1182667cc66ced5ef16cc275',
  },
} as const;
