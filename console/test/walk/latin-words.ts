/** Latin words that stand on Chinese pages by right: names of standards, of formats and of things that have no other name. */
export const latinWords: readonly string[] = [
  ...[
    'OneLock',
    'SHA-',
    'OpenID',
    'Connect',
    'OAuth',
    'OCSP',
    'CRL',
    'HTTP',
    'HTTPS',
    'http',
    'https',
    'UKey',
    'CertID',
  ],
  ...['base', 'NTRCN', 'SERIALNUMBER', 'PKCS', 'DER', 'JSON'],
  ...['client_id', 'POST', 'GET', 'Tab', 'Enter', 'SubjectPublicKeyInfo', 'base64', 'OID', 'PKCS', 'CMS', 'SignedData'],
];
