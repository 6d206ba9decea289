import type { negotiateLocale } from '../plugins/locale.ts';

type Locale = ReturnType<typeof negotiateLocale>;

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
  const { title, service, script } = words[locale];
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${service}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/apply/page/apply.css">
<script type="module" src="/apply/page/apply.js"></script>
</head>
<body>
<header><span class="mark" aria-hidden="true"></span><span id="service">${service}</span></header>
<main>
<h1>${title}</h1>
<div id="desk" data-ports="${agentPorts.join(',')}" data-locale="${locale}"></div>
<noscript><p class="notice fail" role="alert">${script}</p></noscript>
</main>
</body>
</html>
`;
}
