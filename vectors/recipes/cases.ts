import type { PkiCase } from './certificate-spec.ts';

const now = '2026-06-01T00:00:00Z';
const passed: PkiCase['expected'] = { indication: 'passed' };
const failed = (code: string): PkiCase['expected'] => ({ indication: 'failed', code });

function familyCases(family: 'rsa' | 'sm2' | 'p256'): readonly PkiCase[] {
  const name = (stem: string): string => `${family}/${stem}`;
  const usual = { leaf: name('leaf'), intermediates: [name('intermediate')], trust: [name('root')], at: now };
  const refused = (id: string, code: string, description: string, rest: Partial<PkiCase> = {}): PkiCase => ({
    ...usual,
    expected: failed(code),
    openssl: { verdict: 'failed' },
    ...rest,
    id: `${family}::${id}`,
    description,
  });
  return [
    {
      ...usual,
      id: `${family}::good`,
      expected: passed,
      openssl: { verdict: 'passed' },
      description: 'leaf → intermediate → root',
    },
    {
      ...usual,
      id: `${family}::expired-judged-in-its-time`,
      leaf: name('expired'),
      at: '2021-06-01T00:00:00Z',
      expected: passed,
      openssl: { verdict: 'passed' },
      description: 'the expired certificate, judged while it was valid',
    },
    refused('expired', 'ERR_PATH_EXPIRED', 'the leaf has expired', { leaf: name('expired') }),
    refused('not-yet-valid', 'ERR_PATH_NOT_YET_VALID', 'the leaf is not valid yet', { leaf: name('not-yet-valid') }),
    refused('unknown-critical', 'ERR_PATH_CRITICAL_EXTENSION_UNKNOWN', 'an unknown critical extension', {
      leaf: name('unknown-critical'),
    }),
    refused('ca-false', 'ERR_PATH_ISSUER_NOT_CA', 'the issuer says CA:FALSE', { intermediates: [name('ca-false')] }),
    refused('no-cert-sign', 'ERR_PATH_ISSUER_NOT_CERT_SIGNER', "the issuer's key may not sign certificates", {
      intermediates: [name('no-cert-sign')],
    }),
    refused('path-length', 'ERR_PATH_LENGTH_EXCEEDED', 'one CA more than pathLenConstraint allows', {
      leaf: name('sub-leaf'),
      intermediates: [name('sub-intermediate'), name('intermediate')],
      ...(family === 'sm2' && {
        openssl: { verdict: 'not-asked', reason: 'OpenSSL 3 gives the SM2 id to one certificate of a path only' },
      }),
    }),
    refused('wrong-root', 'ERR_PATH_SIGNATURE_INVALID', 'the trusted root has the right name and another key', {
      trust: [name('wrong-root')],
    }),
    refused('no-issuer', 'ERR_PATH_UNKNOWN_ISSUER', 'the intermediate is missing', { intermediates: [] }),
  ];
}

/** Every judgement the certificates are made for. */
export const pkiCases: readonly PkiCase[] = [
  ...familyCases('rsa'),
  {
    id: 'rsa::weak-1024',
    leaf: 'rsa/weak-1024',
    intermediates: ['rsa/intermediate'],
    trust: ['rsa/root'],
    at: now,
    expected: failed('ERR_PATH_ALGORITHM_WEAK'),
    openssl: { verdict: 'failed' },
    description: 'an RSA key of 1024 bits',
  },
  {
    id: 'rsa::sha1',
    leaf: 'rsa/sha1',
    intermediates: ['rsa/intermediate'],
    trust: ['rsa/root'],
    at: now,
    expected: failed('ERR_PATH_ALGORITHM_WEAK'),
    openssl: { verdict: 'failed' },
    description: 'a signature with SHA-1',
  },
  ...familyCases('sm2'),
  ...(['sm2/encrypt', 'sm2/person'] as const).map(
    (leaf): PkiCase => ({
      id: leaf.replace('/', '::'),
      leaf,
      intermediates: ['sm2/intermediate'],
      trust: ['sm2/root'],
      at: now,
      expected: passed,
      openssl: { verdict: 'passed' },
      description: `${leaf} → intermediate → root`,
    }),
  ),
  ...(['sm2/empty-id', 'sm2/no-za'] as const).map(
    (leaf): PkiCase => ({
      id: leaf.replace('/', '::'),
      leaf,
      intermediates: ['sm2/intermediate'],
      trust: ['sm2/root'],
      at: now,
      expected: failed('ERR_PATH_SIGNATURE_INVALID'),
      openssl: { verdict: 'failed' },
      description: 'an SM2 signature that leaves out the user id of GM/T 0009',
    }),
  ),
  ...familyCases('p256'),
  {
    id: 'p256::server',
    leaf: 'p256/server',
    intermediates: ['p256/intermediate'],
    trust: ['p256/root'],
    at: now,
    expected: passed,
    openssl: { verdict: 'passed' },
    description: 'a TLS server certificate',
  },
  {
    id: 'p256::name-constraint',
    leaf: 'p256/server',
    intermediates: ['p256/constrained'],
    trust: ['p256/root'],
    at: now,
    expected: failed('ERR_PATH_NAME_CONSTRAINT'),
    openssl: { verdict: 'failed' },
    description: 'the names of the leaf lie outside the names its issuer may certify',
  },
];
