import { wordsOf } from './words-of.ts';

const zh = {
  com: '企业',
  crt: '证书',
  ca: 'CA',
  clr: '调用方',
  chg: '变更单',
  imp: '导入',
  sea: '印章',
  app: '申请',
  wat: '关注条目',
  lgn: '登录',
  req: '请求',
  whk: '回调',
  opn: '开标',
  chl: '登录挑战',
  oic: '登录客户端',
  ses: '会话',
  cky: '登录凭据',
  cod: '一次性代码',
  ord: '手机订单',
  pho: '手机证书',
};

export type RecordKind = keyof typeof zh;

/** Kinds of records, by the beginning of their ids. */
export const say = wordsOf(zh, {
  com: 'Company',
  crt: 'Certificate',
  ca: 'CA',
  clr: 'Caller',
  chg: 'Change set',
  imp: 'Import',
  sea: 'Seal',
  app: 'Application',
  wat: 'Watch-list entry',
  lgn: 'Log-in',
  req: 'Request',
  whk: 'Webhook',
  opn: 'Bid opening',
  chl: 'Challenge',
  oic: 'Sign-on client',
  ses: 'Session',
  cky: 'Log-in key',
  cod: 'One-time code',
  ord: 'Phone order',
  pho: 'Phone certificate',
});

export const isRecordKind = (prefix: string): prefix is RecordKind => Object.hasOwn(zh, prefix);
