import { defineCall } from '../define-call.ts';
import { CertificateDer, Identity } from '../schemas/certificate.ts';
import { Display } from '../schemas/common.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleCertificate,
  exampleDevice,
  exampleEntry,
  exampleKey,
  exampleMessage,
  examplePublicKey,
} from '../schemas/examples.ts';
import { DeviceHandle, KeyHandle } from '../schemas/handles.ts';
import { about, bytes, closed, limits, literal, oneOf, optional, text, union } from '../schemas/primitives.ts';

const family = 'certificates';

const RequestedSubject = closed(
  {
    country: optional(
      text({ min: 2, max: 2, pattern: '^[A-Z]{2}$' }, '国家代码，默认 CN', 'Country code, CN by default'),
    ),
    province: optional(text({ max: 128 }, '省', 'Province')),
    locality: optional(text({ max: 128 }, '市', 'Locality')),
    organization: optional(text({ max: 128 }, '单位名称', 'Organization')),
    organizationalUnit: optional(text({ max: 128 }, '部门', 'Organizational unit')),
    commonName: text({ max: 128 }, '通用名', 'Common name'),
    unifiedSocialCreditCode: optional(
      text({ min: 18, max: 18, pattern: '^[0-9A-Z]{18}$' }, '统一社会信用代码', 'Unified social credit code'),
    ),
  },
  ['申请中写入的主体', 'The subject to be written into the request'],
);

export const createCertificateRequest = defineCall({
  number: 13,
  name: 'createCertificateRequest',
  family,
  titleZh: '生成证书申请',
  title: 'Create a certificate request',
  consent: 'pin',
  since: '1.0',
  clauses: ['GM/T 0092', 'RFC 2986', 'GM/T 0016-2023 SKF_GenECCKeyPair'],
  summaryZh:
    '在介质内生成签名密钥对并给出 PKCS#10 申请；私钥从不离开介质。dual 表示同时向 CA 申请加密证书，其密钥对随后由 importEncryptionKeyPair 写入。',
  summary:
    'Makes a signing key pair on the device and a PKCS#10 request; the private key never leaves. `dual` asks the CA for an encryption certificate as well, whose key pair then arrives through importEncryptionKeyPair.',
  params: closed({
    device: DeviceHandle,
    keySpec: oneOf(['sm2', 'rsa-2048', 'rsa-3072', 'rsa-4096'], '密钥规格', 'Kind of key'),
    variant: optional(
      oneOf(
        ['single', 'dual'],
        '单证书或双证书，默认 SM2 为 dual、RSA 为 single',
        'One certificate or a pair; dual for SM2 and single for RSA by default',
      ),
    ),
    subject: RequestedSubject,
    label: optional(text({ max: 64, pattern: '^[^\\x00-\\x1f\\x7f]+$' }, '容器名称', 'Name of the container')),
    display: optional(Display),
  }),
  result: closed({
    key: KeyHandle,
    request: bytes({ min: 64, max: limits.certificate }, '证书申请（PKCS#10，DER）', 'The request (PKCS#10, DER)'),
    publicKey: bytes(
      { min: 32, max: 16_384 },
      '公钥（SubjectPublicKeyInfo，DER）',
      'Public key (SubjectPublicKeyInfo, DER)',
    ),
    variant: oneOf(['single', 'dual'], '单证书或双证书', 'One certificate or a pair'),
  }),
  errors: [...keyUseErrors, 'ERR_TOKEN_FULL', 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
  example: {
    params: {
      device: exampleDevice,
      keySpec: 'sm2',
      variant: 'dual',
      subject: {
        country: 'CN',
        organization: '示例建设有限公司',
        commonName: '示例建设有限公司',
        unifiedSocialCreditCode: '91520100MA6DJ0000P',
      },
    },
    result: { key: exampleKey, request: exampleCertificate, publicKey: examplePublicKey, variant: 'dual' },
  },
  invalidExamples: [
    {
      why: 'nobody to be named',
      whyZh: '没有写明主体',
      field: '/subject/commonName',
      params: { device: exampleDevice, keySpec: 'sm2', subject: {} },
    },
    {
      why: 'RSA-1024 is not made any more',
      whyZh: '不再生成 RSA-1024 密钥',
      field: '/keySpec',
      params: { device: exampleDevice, keySpec: 'rsa-1024', subject: { commonName: 'x' } },
    },
    {
      why: 'a key handle is not a device handle',
      whyZh: '密钥句柄不是介质句柄',
      field: '/device',
      params: { device: exampleKey, keySpec: 'sm2', subject: { commonName: 'x' } },
    },
  ],
});

export const importCertificate = defineCall({
  number: 14,
  name: 'importCertificate',
  family,
  titleZh: '写入证书',
  title: 'Import a certificate',
  consent: 'pin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_ImportCertificate'],
  summaryZh: '把签名证书或加密证书写入容器。证书的公钥必须与介质内的密钥一致，否则拒绝，不会覆盖原有证书。',
  summary:
    'Writes a signing or an encryption certificate into the container. Its public key must be that of the key on the device; otherwise it is refused and what was there stays.',
  params: closed({
    key: KeyHandle,
    usage: oneOf(['sign', 'encrypt'], '签名证书还是加密证书', 'The signing or the encryption certificate'),
    certificate: CertificateDer,
    display: optional(Display),
  }),
  result: closed({ identity: Identity }),
  errors: [...keyUseErrors, 'ERR_TOKEN_CERTIFICATE_MISMATCH', 'ERR_TOKEN_FULL', 'ERR_X509_MALFORMED'],
  example: {
    params: { key: exampleKey, usage: 'sign', certificate: exampleCertificate },
    result: { identity: exampleEntry },
  },
  invalidExamples: [
    {
      why: 'what it is for is missing',
      whyZh: '没有说明写入哪种证书',
      field: '/usage',
      params: { key: exampleKey, certificate: exampleCertificate },
    },
    {
      why: 'the certificate is missing',
      whyZh: '缺少证书',
      field: '/certificate',
      params: { key: exampleKey, usage: 'sign' },
    },
    {
      why: 'a check cannot be switched off',
      whyZh: '核对不能关闭',
      field: '/force',
      params: { key: exampleKey, usage: 'sign', certificate: exampleCertificate, force: true },
    },
  ],
});

export const importEncryptionKeyPair = defineCall({
  number: 15,
  name: 'importEncryptionKeyPair',
  family,
  titleZh: '导入加密密钥对',
  title: 'Import an encryption key pair',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35276-2017 §7.4', 'GM/T 0016-2023 SKF_ImportECCKeyPair'],
  summaryZh:
    '写入 CA 下发的加密密钥对。密钥对以本介质的签名公钥加密，只有介质能解开；写入后核对公钥，原有的旧加密密钥保留，以便打开旧的密文。',
  summary:
    "Writes the encryption key pair that the CA delivers, encrypted to the device's signing key, so that only the device can open it. The public key is checked afterwards, and an older encryption key stays, so that old envelopes still open.",
  params: closed({
    key: KeyHandle,
    delivery: union(
      [
        closed({
          kind: about(
            literal('sm2-enveloped-key'),
            'SM2EnvelopedKey（GB/T 35276 §7.4）',
            'SM2EnvelopedKey (GB/T 35276 §7.4)',
          ),
          envelope: bytes({ min: 64, max: 8192 }, 'DER 编码', 'DER'),
        }),
        closed({
          kind: about(
            literal('skf-enveloped-key-blob'),
            'ENVELOPEDKEYBLOB（GM/T 0016）',
            'ENVELOPEDKEYBLOB (GM/T 0016)',
          ),
          blob: bytes({ min: 64, max: 8192 }, '结构字节', 'The structure'),
        }),
        closed({
          kind: about(
            literal('signed-and-enveloped'),
            'SignedAndEnvelopedData（GB/T 35275）',
            'SignedAndEnvelopedData (GB/T 35275)',
          ),
          message: bytes({ min: 64, max: limits.certificate }, 'DER 编码', 'DER'),
        }),
      ],
      'CA 下发的形式',
      'The form in which the CA delivers it',
    ),
    certificate: optional(CertificateDer),
    display: optional(Display),
  }),
  result: closed({ identity: Identity }),
  errors: [...keyUseErrors, 'ERR_TOKEN_CERTIFICATE_MISMATCH', 'ERR_TOKEN_FULL', 'ERR_ENVELOPE_MALFORMED'],
  example: {
    params: { key: exampleKey, delivery: { kind: 'sm2-enveloped-key', envelope: examplePublicKey } },
    result: { identity: exampleEntry },
  },
  invalidExamples: [
    { why: 'nothing is delivered', whyZh: '没有下发内容', field: '/delivery', params: { key: exampleKey } },
    {
      why: 'a bare private key is never taken',
      whyZh: '不接收未加密的私钥',
      field: '/delivery/kind',
      params: { key: exampleKey, delivery: { kind: 'pkcs8', envelope: exampleMessage } },
    },
    {
      why: 'a blob goes by its own name',
      whyZh: '字段名与所选形式不符',
      field: '/delivery/envelope',
      params: { key: exampleKey, delivery: { kind: 'skf-enveloped-key-blob', envelope: examplePublicKey } },
    },
  ],
});
