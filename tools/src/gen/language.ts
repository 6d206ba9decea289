import type { CallFamily, Consent } from '@onelock/core/contract';
import type { WhoCanAct } from '@onelock/core/errors';

export type Language = 'zh-CN' | 'en';
export const languages: readonly Language[] = ['zh-CN', 'en'];

/** A Chinese and an English sentence, of which one is picked. */
export function pick(language: Language, zh: string, en: string): string {
  return language === 'zh-CN' ? zh : en;
}

/** Folder of the language under docs/, '' for the root locale. */
export function folderOf(language: Language): string {
  return language === 'zh-CN' ? '' : 'en/';
}

/** Address prefix of the language. */
export function prefixOf(language: Language): string {
  return language === 'zh-CN' ? '/' : '/en/';
}

type Pair = readonly [zh: string, en: string];

export const familyNames: Readonly<Record<CallFamily, Pair>> = {
  'agent-and-devices': ['代理与介质', 'Agent and devices'],
  certificates: ['证书', 'Certificates'],
  'pin-and-key-sessions': ['PIN 与密钥会话', 'PIN and key sessions'],
  'sign-and-verify': ['签名与验签', 'Sign and verify'],
  'encrypt-and-decrypt': ['加密与解密', 'Encrypt and decrypt'],
  'seals-and-documents': ['印章与文档', 'Seals and documents'],
  time: ['时间', 'Time'],
  'cloud-and-phone': ['云证书与手机', 'Cloud and phone'],
  utility: ['工具', 'Utility'],
};

export const consentNames: Readonly<Record<Consent, Pair>> = {
  none: ['无需授权窗口', 'No window'],
  origin: ['网站授权一次', 'Site authorised once'],
  user: ['每次由用户确认', 'Confirmed by the person each time'],
  pin: ['用户确认并输入 PIN', 'Confirmed, and PIN typed'],
};

export const consentMeanings: Readonly<Record<Consent, Pair>> = {
  none: [
    '不打开窗口；除发现代理外，网站仍须已登记或已获授权。',
    'No window opens; except for discovery, the site must still be registered or authorised.',
  ],
  origin: ['用户授权过本网站一次即可。', 'The person has authorised this site once.'],
  user: [
    '代理窗口列明网站、密钥与操作，由用户确认。',
    "The agent's window names site, key and act, and the person confirms.",
  ],
  pin: [
    '代理窗口列明网站、密钥与操作，由用户确认并在窗口中输入 PIN；密钥会话打开期间按会话用途免输。',
    "The agent's window names site, key and act; the person confirms and types the PIN there. An open key session with that purpose saves the typing.",
  ],
};

export const actorNames: Readonly<Record<WhoCanAct, Pair>> = {
  user: ['用户', 'User'],
  integrator: ['集成方', 'Integrator'],
  operator: ['运营方', 'Operator'],
  vendor: ['厂商或 CA', 'Vendor or CA'],
  us: ['OneLock 团队', 'OneLock team'],
};

export function pairOf(language: Language, pair: Pair): string {
  return pick(language, pair[0], pair[1]);
}
