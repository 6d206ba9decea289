import { deskElement, hostedDocument, type Locale } from '../hosted-pages/document.ts';

const words = {
  'zh-CN': {
    title: '网上申领与续办数字证书',
    service: '一锁通 · 证书申领',
    script: '本页需要 JavaScript 才能与本机的一锁通助手通信。',
  },
  en: {
    title: 'Apply for a certificate, or renew one',
    service: 'OneLock · certificates',
    script: 'This page needs JavaScript to speak with the OneLock agent on this computer.',
  },
} as const;

/** The page's document; its script fills `#desk`. */
export function applyPage(locale: Locale, agentPorts: readonly number[]): string {
  return hostedDocument({
    ...{ locale, ...words[locale], files: '/apply/page/apply' },
    content: deskElement(locale, { ports: agentPorts.join(',') }),
  });
}
