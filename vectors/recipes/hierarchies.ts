import type { CertificateSpec } from './certificate-spec.ts';
import { withCreditCodeCheck, withIdentityNumberCheck, withOrganizationCodeCheck } from './check-digits.ts';

/** An invented company: region 520100 and the organisation code are for tests, the check digits are right. */
export const companyCreditCode = withCreditCodeCheck(`91520100${withOrganizationCodeCheck('MA6TX000')}`);
/** No region has the code 999999, so this is nobody's number. */
const personIdentityNumber = withIdentityNumberCheck('99999919900101001');

const company = '贵州一锁通测试工程有限公司';
const bidder = `/C=CN/ST=贵州省/L=贵阳市/O=${company}/CN=${company}/serialNumber=${companyCreditCode}`;
const person = `/C=CN/ST=贵州省/L=贵阳市/O=${company}/CN=测试投标员`;

const authorityExtensions = (more = ''): readonly string[] => [
  `basicConstraints = critical, CA:TRUE${more}`,
  'keyUsage = critical, keyCertSign, cRLSign',
  'subjectKeyIdentifier = hash',
];
const chained = 'authorityKeyIdentifier = keyid';
const companyCode = `1.2.156.10260.4.1.4 = ASN1:PRINTABLESTRING:${companyCreditCode}`;
const leafExtensions: readonly string[] = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature, nonRepudiation',
  'extendedKeyUsage = clientAuth, emailProtection',
  'subjectKeyIdentifier = hash',
  chained,
  companyCode,
];
const encryptionExtensions: readonly string[] = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, keyEncipherment, dataEncipherment, keyAgreement',
  'subjectKeyIdentifier = hash',
  chained,
  companyCode,
];

const keeper = '/C=CN/O=一锁通测试省/CN=一锁通测试驱动目录签名';
/** Of those who sign driver manifests and catalogues. */
const keeperExtensions: readonly string[] = [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = codeSigning',
  'subjectKeyIdentifier = hash',
  chained,
];

const from = '20200101000000Z';
const until = '20591231235959Z';

type Family = 'rsa' | 'sm2' | 'p256';

interface FamilyTraits extends Pick<CertificateSpec, 'keyKind' | 'digest' | 'za'> {
  readonly label: string;
}

const families: Readonly<Record<Family, FamilyTraits>> = {
  rsa: { label: 'RSA', keyKind: 'rsa2048', digest: 'sha256', za: 'not-sm2' },
  sm2: { label: 'SM2', keyKind: 'sm2', digest: 'sm3', za: 'default-id' },
  p256: { label: 'P-256', keyKind: 'p256', digest: 'sha256', za: 'not-sm2' },
};

type Rest = Partial<Omit<CertificateSpec, 'name' | 'description'>> & { readonly description: string };

function family(id: Family): readonly CertificateSpec[] {
  const { label, ...traits } = families[id];
  const authority = (cn: string): string => `/C=CN/O=一锁通测试省/CN=一锁通测试${cn} ${label}`;
  const make = (stem: string, rest: Rest): CertificateSpec => ({
    ...traits,
    name: `${id}/${stem}`,
    key: `${id}/${rest.key ?? stem}`,
    subject: bidder,
    notBefore: from,
    notAfter: until,
    extensions: leafExtensions,
    ...Object.fromEntries(Object.entries(rest).filter(([field]) => field !== 'key' && field !== 'issuer')),
    issuer: `${id}/${rest.issuer ?? 'intermediate'}`,
    description: rest.description,
  });
  const intermediate = { subject: authority('运营 CA'), issuer: 'root' } as const;
  return [
    make('root', {
      issuer: 'root',
      subject: authority('根 CA'),
      extensions: authorityExtensions(),
      description: 'self-signed root',
    }),
    make('intermediate', {
      ...intermediate,
      extensions: [...authorityExtensions(', pathlen:0'), chained],
      description: 'issuing CA, pathLenConstraint 0',
    }),
    make('leaf', { description: "a company's signing certificate with its 统一社会信用代码" }),
    make('driver-signer', {
      subject: keeper,
      extensions: keeperExtensions,
      description: 'signs driver manifests and catalogues',
    }),
    make('driver-signer-expired', {
      key: 'driver-signer',
      subject: keeper,
      extensions: keeperExtensions,
      notAfter: '20211231235959Z',
      description: 'signed driver manifests in 2020 and 2021',
    }),
    make('expired', { key: 'leaf', notAfter: '20211231235959Z', description: 'was valid in 2020 and 2021' }),
    make('not-yet-valid', { key: 'leaf', notBefore: '20550101000000Z', description: 'valid from 2055' }),
    make('unknown-critical', {
      key: 'leaf',
      extensions: [...leafExtensions, '1.3.6.1.4.1.55555.1.1 = critical, ASN1:UTF8String:unknown'],
      description: 'has a critical extension that nobody knows',
    }),
    make('ca-false', {
      ...intermediate,
      key: 'intermediate',
      extensions: [
        'basicConstraints = critical, CA:FALSE',
        'keyUsage = critical, keyCertSign, cRLSign',
        'subjectKeyIdentifier = hash',
        chained,
      ],
      description: 'name and key of the intermediate, but not a CA',
    }),
    make('no-cert-sign', {
      ...intermediate,
      key: 'intermediate',
      extensions: [
        'basicConstraints = critical, CA:TRUE',
        'keyUsage = critical, digitalSignature, cRLSign',
        'subjectKeyIdentifier = hash',
        chained,
      ],
      description: 'name and key of the intermediate, but its key may not sign certificates',
    }),
    make('sub-intermediate', {
      subject: authority('下级 CA'),
      extensions: [...authorityExtensions(), chained],
      description: 'a CA below the intermediate, which allows none',
    }),
    make('sub-leaf', { key: 'leaf', issuer: 'sub-intermediate', description: 'issued two CAs below a pathlen of 0' }),
    make('wrong-root', {
      issuer: 'wrong-root',
      subject: authority('根 CA'),
      extensions: authorityExtensions(),
      description: 'has the name of the root and another key',
    }),
  ];
}

const rsa = families.rsa;
const sm2 = families.sm2;
const p256 = families.p256;
const common = { notBefore: from, notAfter: until, extensions: leafExtensions, subject: bidder } as const;

/** Every certificate, issuers before those they issue. */
export const certificateSpecs: readonly CertificateSpec[] = [
  ...family('rsa'),
  {
    ...{ ...common, ...rsa, name: 'rsa/weak-1024', key: 'rsa/weak-1024', issuer: 'rsa/intermediate' },
    keyKind: 'rsa1024',
    description: 'has an RSA key of 1024 bits',
  },
  {
    ...{ ...common, ...rsa, name: 'rsa/sha1', key: 'rsa/leaf', issuer: 'rsa/intermediate' },
    digest: 'sha1',
    description: 'signed with SHA-1',
  },
  ...family('sm2'),
  {
    ...{ ...common, ...sm2, name: 'sm2/encrypt', key: 'sm2/encrypt', issuer: 'sm2/intermediate' },
    extensions: encryptionExtensions,
    description: 'the encryption twin of sm2/leaf',
  },
  {
    ...{ ...common, ...sm2, name: 'sm2/person', key: 'sm2/person', issuer: 'sm2/intermediate', subject: person },
    extensions: [
      ...leafExtensions.filter((line) => line !== companyCode),
      `1.2.156.10260.4.1.1 = ASN1:EXPLICIT:0,PRINTABLESTRING:${personIdentityNumber}`,
    ],
    description: 'an employee, with an identity number that is nobody’s in 1.2.156.10260.4.1.1',
  },
  {
    ...{ ...common, ...sm2, name: 'sm2/empty-id', key: 'sm2/leaf', issuer: 'sm2/intermediate' },
    za: 'empty-id',
    description: 'signed by the intermediate with an empty user id in ZA',
  },
  {
    ...{ ...common, ...sm2, name: 'sm2/no-za', key: 'sm2/leaf', issuer: 'sm2/intermediate' },
    za: 'none',
    description: 'signed by the intermediate over the bare SM3 digest, without ZA',
  },
  ...family('p256'),
  {
    ...{ ...common, ...p256, name: 'p256/server', key: 'p256/server', issuer: 'p256/intermediate' },
    subject: '/C=CN/O=一锁通测试省/CN=localhost',
    extensions: [
      'basicConstraints = critical, CA:FALSE',
      'keyUsage = critical, digitalSignature',
      'extendedKeyUsage = serverAuth',
      'subjectKeyIdentifier = hash',
      chained,
      'subjectAltName = DNS:localhost, DNS:service.onelock.test, IP:127.0.0.1',
    ],
    description: 'a TLS server certificate with alternative names',
  },
  {
    ...{ ...common, ...p256, name: 'p256/constrained', key: 'p256/intermediate', issuer: 'p256/root' },
    subject: '/C=CN/O=一锁通测试省/CN=一锁通测试运营 CA P-256',
    extensions: [
      ...authorityExtensions(', pathlen:0'),
      chained,
      'nameConstraints = critical, permitted;DNS:elsewhere.test',
    ],
    description: 'name and key of the intermediate, but only for names under elsewhere.test',
  },
];
