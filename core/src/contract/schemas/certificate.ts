import Type, { type Static, type TUnsafe } from 'typebox';
import { AlgorithmName, KeyAlgorithm } from './algorithms.ts';
import { DeviceHandle, KeyHandle } from './handles.ts';
import { bytes, closed, flag, hex, instant, integer, limits, list, nullable, oid, oneOf, text } from './primitives.ts';

export const CertificateDer = bytes(
  { min: 64, max: limits.certificate },
  '证书（X.509，DER 编码）',
  'Certificate (X.509, DER)',
);

export const Chain = list(
  CertificateDer,
  { max: 16 },
  '证书链上的其他证书（不含根亦可），次序不限',
  'Other certificates of the chain, in any order; the root may be absent',
);

export const KeyUsageName = oneOf(
  [
    'digitalSignature',
    'nonRepudiation',
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
  ],
  '密钥用法（RFC 5280 §4.2.1.3）',
  'Key usage (RFC 5280 §4.2.1.3)',
);

export const PublicKeyInfo = closed(
  {
    algorithm: KeyAlgorithm,
    curve: nullable(
      oneOf(['sm2', 'p256', 'p384', 'p521'], '曲线', 'Curve'),
      '曲线；非椭圆曲线为 null',
      'Curve; null otherwise',
    ),
    bits: nullable(
      integer({ min: 1, max: 65536 }, '长度（位）', 'Length in bits'),
      '密钥长度（位）；不支持的算法为 null',
      'Key length in bits; null for an unsupported algorithm',
    ),
  },
  ['公钥概要', 'The public key in short'],
);

const certificateSummary = closed(
  {
    subject: text({ max: 1024, min: 0 }, '主体（RFC 4514 写法）', 'Subject (RFC 4514)'),
    subjectCommonName: nullable(text({ max: 256, min: 0 }, '名称', 'Name'), '主体通用名', "The subject's common name"),
    issuer: text({ max: 1024, min: 0 }, '颁发者（RFC 4514 写法）', 'Issuer (RFC 4514)'),
    issuerCommonName: nullable(text({ max: 256, min: 0 }, '名称', 'Name'), '颁发者通用名', "The issuer's common name"),
    serialNumber: hex({ min: 1, max: 128 }, '序列号（十六进制）', 'Serial number (hexadecimal)'),
    notBefore: instant('有效期起', 'Valid from'),
    notAfter: instant('有效期止', 'Valid until'),
    publicKey: PublicKeyInfo,
    keyUsage: list(
      KeyUsageName,
      { max: 9, unique: true },
      '密钥用法；证书未限定时为空',
      'Key usages; empty when not restricted',
    ),
    fingerprint: hex(
      { min: 64, max: 64 },
      '证书 DER 的 SHA-256（十六进制）',
      "SHA-256 of the certificate's DER (hexadecimal)",
    ),
  },
  ['证书概要', 'A certificate in short'],
);

export interface CertificateSummarySchema extends TUnsafe<Static<typeof certificateSummary>> {}
/** What a list shows of a certificate. */
export const CertificateSummary: CertificateSummarySchema =
  Type.Unsafe<Static<typeof certificateSummary>>(certificateSummary);

const NameAttribute = closed(
  {
    oid: oid('属性 OID', 'Attribute OID'),
    name: nullable(
      text({ max: 64 }, '属性名', 'Attribute name'),
      '属性短名，如 CN、O；未知为 null',
      'Short name, e.g. CN, O; null when unknown',
    ),
    value: text({ max: 1024, min: 0 }, '属性值', 'Value'),
  },
  ['名称中的一个属性', 'One attribute of a name'],
);

export const DistinguishedName = closed(
  {
    text: text({ max: 1024, min: 0 }, 'RFC 4514 写法', 'As RFC 4514 writes it'),
    attributes: list(NameAttribute, { max: 64 }, '各属性，按证书中的次序', "The attributes in the certificate's order"),
  },
  ['甄别名', 'A distinguished name'],
);

export const ExtensionInfo = closed(
  {
    oid: oid('扩展 OID', 'Extension OID'),
    name: nullable(
      text({ max: 64 }, '名称', 'Name'),
      '扩展名；未知为 null',
      'Name of the extension; null when unknown',
    ),
    critical: flag('是否关键扩展', 'Whether it is critical'),
    value: bytes(
      { min: 0, max: limits.certificate },
      '扩展值（extnValue 内的字节）',
      'Value (the bytes inside extnValue)',
    ),
  },
  ['一个扩展', 'One extension'],
);

const certificateInfo = closed(
  {
    version: integer({ min: 1, max: 3 }, '版本', 'Version'),
    serialNumber: hex({ min: 1, max: 128 }, '序列号（十六进制）', 'Serial number (hexadecimal)'),
    signatureAlgorithm: AlgorithmName,
    signatureAlgorithmOid: oid('签名算法 OID', 'OID of the signature algorithm'),
    issuer: DistinguishedName,
    subject: DistinguishedName,
    notBefore: instant('有效期起', 'Valid from'),
    notAfter: instant('有效期止', 'Valid until'),
    publicKey: PublicKeyInfo,
    subjectPublicKeyInfo: bytes(
      { max: 16384 },
      '公钥（SubjectPublicKeyInfo，DER）',
      'Public key (SubjectPublicKeyInfo, DER)',
    ),
    keyUsage: nullable(
      list(KeyUsageName, { max: 9, unique: true }, '密钥用法', 'Key usages'),
      '密钥用法；无此扩展为 null',
      'Key usages; null when the extension is absent',
    ),
    extendedKeyUsage: nullable(
      list(oid('用途 OID', 'Purpose OID'), { max: 64 }, '扩展密钥用法', 'Extended key usages'),
      '扩展密钥用法；无此扩展为 null',
      'Extended key usages; null when the extension is absent',
    ),
    basicConstraints: nullable(
      closed(
        {
          ca: flag('是否 CA', 'Whether it is a CA'),
          pathLength: nullable(
            integer({ min: 0, max: 1000 }, '路径长度', 'Path length'),
            '路径长度限制；不限为 null',
            'Path length limit; null for none',
          ),
        },
        ['基本限制', 'Basic constraints'],
      ),
      '基本限制；无此扩展为 null',
      'Basic constraints; null when the extension is absent',
    ),
    subjectKeyIdentifier: nullable(
      hex({ max: 512 }, '主体密钥标识符', 'Subject key identifier'),
      '主体密钥标识符；无为 null',
      'Subject key identifier; null when absent',
    ),
    authorityKeyIdentifier: nullable(
      hex({ max: 512 }, '颁发机构密钥标识符', 'Authority key identifier'),
      '颁发机构密钥标识符；无为 null',
      'Authority key identifier; null when absent',
    ),
    subjectAltNames: list(
      closed(
        {
          kind: oneOf(
            ['dns', 'email', 'uri', 'ip', 'directory-name', 'registered-id', 'other'],
            '名称种类',
            'Kind of name',
          ),
          value: text({ max: 1024, min: 0 }, '名称；other 为十六进制 DER', 'The name; hexadecimal DER for other'),
        },
        ['一个主体备用名', 'One subject alternative name'],
      ),
      { max: 256 },
      '主体备用名',
      'Subject alternative names',
    ),
    certificatePolicies: list(oid('策略 OID', 'Policy OID'), { max: 64 }, '证书策略', 'Certificate policies'),
    crlDistributionPoints: list(
      text({ max: 2048 }, '地址', 'Address'),
      { max: 64 },
      'CRL 分发点地址',
      'Addresses of CRL distribution points',
    ),
    ocspResponders: list(
      text({ max: 2048 }, '地址', 'Address'),
      { max: 64 },
      'OCSP 响应者地址',
      'Addresses of OCSP responders',
    ),
    caIssuers: list(
      text({ max: 2048 }, '地址', 'Address'),
      { max: 64 },
      '颁发者证书地址',
      "Addresses of the issuer's certificate",
    ),
    extensions: list(
      ExtensionInfo,
      { max: 128 },
      '全部扩展，按证书中的次序',
      "All extensions in the certificate's order",
    ),
    fingerprints: closed(
      {
        sha256: hex({ min: 64, max: 64 }, 'SHA-256', 'SHA-256'),
        sm3: hex({ min: 64, max: 64 }, 'SM3', 'SM3'),
      },
      ['证书 DER 的摘要（十六进制）', "Digests of the certificate's DER (hexadecimal)"],
    ),
  },
  ['证书的全部字段', 'Every field of a certificate'],
);

export interface CertificateInfoSchema extends TUnsafe<Static<typeof certificateInfo>> {}
/** Every field of a certificate in the words of RFC 5280 and GB/T 20518. */
export const CertificateInfo: CertificateInfoSchema = Type.Unsafe<Static<typeof certificateInfo>>(certificateInfo);

const subjectIdentity = closed(
  {
    kind: oneOf(['organization', 'person', 'equipment', 'unknown'], '主体类型', 'Kind of subject'),
    organization: nullable(text({ max: 256 }, '名称', 'Name'), '单位名称', 'Name of the organization'),
    unifiedSocialCreditCode: nullable(
      closed(
        {
          value: text(
            { min: 18, max: 18, pattern: '^[0-9A-Z]{18}$' },
            '统一社会信用代码',
            'Unified social credit code',
          ),
          checkDigitValid: flag('校验码是否正确（GB 32100）', 'Whether the check character is right (GB 32100)'),
          source: text({ max: 128 }, '取自证书何处', 'Where in the certificate it was found'),
        },
        ['统一社会信用代码', 'Unified social credit code'],
      ),
      '统一社会信用代码；未找到为 null',
      'Unified social credit code; null when not found',
    ),
    person: nullable(
      closed(
        {
          name: nullable(text({ max: 128 }, '姓名', 'Name'), '姓名', 'Name'),
          role: nullable(text({ max: 128 }, '职务', 'Role'), '职务或角色', 'Position or role'),
          maskedIdentityNumber: nullable(
            text({ max: 64 }, '证件号码', 'Identity number'),
            '证件号码（已脱敏）',
            'Identity number, masked',
          ),
        },
        ['个人', 'The person'],
      ),
      '个人信息；证书不含个人信息时为 null',
      'The person; null when the certificate names none',
    ),
    rules: text({ max: 64 }, '所用的映射规则', 'Which mapping rules were used'),
  },
  ['主体身份', 'Identity of the subject'],
);

export interface SubjectIdentitySchema extends TUnsafe<Static<typeof subjectIdentity>> {}
/** Who a certificate speaks for, after the CA's mapping rules. Identity numbers are masked. */
export const SubjectIdentity: SubjectIdentitySchema = Type.Unsafe<Static<typeof subjectIdentity>>(subjectIdentity);

const identity = closed(
  {
    key: KeyHandle,
    device: DeviceHandle,
    deviceKind: oneOf(['key', 'card', 'phone', 'cloud', 'file'], '介质种类', 'Kind of device'),
    deviceLabel: text({ max: 128, min: 0 }, '介质标签', 'Label of the device'),
    label: text({ max: 256, min: 0 }, '容器或密钥名称', 'Name of the container or key'),
    signing: nullable(CertificateSummary, '签名证书；没有为 null', 'Signing certificate; null when there is none'),
    encryption: nullable(
      CertificateSummary,
      '加密证书；没有为 null',
      'Encryption certificate; null when there is none',
    ),
    subjectIdentity: nullable(
      SubjectIdentity,
      '主体身份；无法解析为 null',
      'Identity of the subject; null when it cannot be read',
    ),
    validity: oneOf(
      ['valid', 'not-yet-valid', 'expired'],
      '按有效期看的状态（不代表可信，验证请用 validateCertificate）',
      'State by date alone; it says nothing about trust, for which see validateCertificate',
    ),
  },
  ['一个身份（双证书合为一项）', 'One identity (a dual-certificate pair is one entry)'],
);

export interface IdentitySchema extends TUnsafe<Static<typeof identity>> {}
/** One identity: a signing certificate and, for dual certificates (双证书), its encryption twin, as ONE entry. */
export const Identity: IdentitySchema = Type.Unsafe<Static<typeof identity>>(identity);
