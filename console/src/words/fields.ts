import { wordsOf } from './words-of.ts';

const say = wordsOf(
  {
    creditCode: '统一社会信用代码',
    name: '名称',
    certificate: '证书',
    certificates: '证书',
    anchors: '信任锚',
    intermediates: '中间证书',
    origins: '页面来源',
    code: '编码',
    companyId: '企业',
    url: '地址',
    reason: '理由',
    title: '标题',
    startsAt: '开始时间',
    endsAt: '结束时间',
    applyAt: '生效时间',
    overlapUntil: '新旧并用的截止时间',
    email: '电子邮件',
    phone: '电话',
    identifier: '证件号码',
    oids: 'OID',
    publicKey: '公钥',
    digest: '内容摘要',
    kind: '种类',
    'last administrator': '最后一名管理员',
    'driver catalogue': '驱动目录',
  },
  {
    creditCode: 'unified social credit code',
    name: 'name',
    certificate: 'certificate',
    certificates: 'certificates',
    anchors: 'trust anchors',
    intermediates: 'intermediates',
    origins: 'origins',
    code: 'code',
    companyId: 'company',
    url: 'address',
    reason: 'reason',
    title: 'title',
    startsAt: 'begin',
    endsAt: 'end',
    applyAt: 'time of application',
    overlapUntil: 'end of the overlap',
    email: 'e-mail',
    phone: 'telephone',
    identifier: 'number of document',
    oids: 'OID',
    publicKey: 'public key',
    digest: 'digest of the content',
    kind: 'kind',
    'last administrator': 'the last administrator',
    'driver catalogue': 'the driver catalogue',
  },
);

const known = [
  ...([
    'creditCode',
    'name',
    'certificate',
    'certificates',
    'anchors',
    'intermediates',
    'origins',
    'code',
    'url',
  ] as const),
  ...(['companyId', 'reason', 'title', 'startsAt', 'endsAt', 'applyAt', 'overlapUntil', 'email', 'phone'] as const),
  ...(['identifier', 'oids', 'publicKey', 'digest', 'kind', 'last administrator', 'driver catalogue'] as const),
] as const;

/** A field that the service names by a JSON pointer, as people call it: `/anchors/1` is “trust anchors (2)”. */
export function fieldText(pointer: string): string {
  const parts = pointer.replace(/^[/?]/, '').split('/');
  const name = known.find((one) => parts.findLast((part) => !/^\d+$/.test(part)) === one);
  if (name === undefined) return pointer;
  const place = parts.find((part) => /^\d+$/.test(part));
  return place === undefined ? say(name) : `${say(name)} (${Number(place) + 1})`;
}
