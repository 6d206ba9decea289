import type { FastifyInstance } from 'fastify';
import { deskElement, hostedDocument, type Locale } from '../hosted-pages/document.ts';
import { hostedPageHeaders, withoutForms } from '../hosted-pages/page-headers.ts';
import { openToAll, servePage } from '../hosted-pages/serve-page.ts';
import { negotiateLocale } from '../plugins/locale.ts';
import type { RouteContext } from '../routes/context.ts';

const words = {
  'zh-CN': {
    title: '手机证书',
    service: '一锁通 · 手机证书',
    short: '一锁通',
    script: '本页需要 JavaScript 才能保管手机证书。',
  },
  en: {
    title: 'Phone certificate',
    service: 'OneLock · phone certificate',
    short: 'OneLock',
    script: 'This page needs JavaScript to keep a phone certificate.',
  },
} as const;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" rx="112" fill="#0b2f5c"/><path d="M176 232v-48a80 80 0 0 1 160 0v48" fill="none" stroke="#fff" stroke-width="36" stroke-linecap="round"/><rect x="140" y="228" width="232" height="184" rx="36" fill="#fff"/><circle cx="256" cy="304" r="24" fill="#0b2f5c"/><path d="M256 312v48" stroke="#0b2f5c" stroke-width="24" stroke-linecap="round"/></svg>`;

/** No address but this service. SM2 is compiled from bytes inside our own script. */
const policy = `script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; ${withoutForms}`;

/** The page's document, its files, and what a phone needs to put it on its home screen. */
export function installPhonePages(app: FastifyInstance, context: RouteContext): void {
  servePage(app, context, 'phone', { headers: hostedPageHeaders(policy, '(self)'), document: phonePage });
  app.get('/phone/page/manifest.webmanifest', openToAll, async (request, reply) =>
    reply
      .type('application/manifest+json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(JSON.stringify(manifest(negotiateLocale(request.headers['accept-language'])))),
  );
  app.get('/phone/page/icon.svg', openToAll, async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon),
  );
}

function manifest(locale: Locale): object {
  const { title, short } = words[locale];
  return {
    ...{
      name: `${short} · ${title}`,
      short_name: short,
      lang: locale,
      id: '/phone',
      start_url: '/phone',
      scope: '/phone',
    },
    ...{ display: 'standalone', background_color: '#f3f5f8', theme_color: '#0b2f5c' },
    icons: [{ src: '/phone/page/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
  };
}

/** The page's document; its script fills `#desk`. */
function phonePage(locale: Locale): string {
  const { title, service, script } = words[locale];
  return hostedDocument({
    ...{ locale, title, service, script, files: '/phone/page/phone' },
    content: deskElement(locale),
    head: [
      '<meta name="theme-color" content="#0b2f5c">',
      '<link rel="icon" href="/phone/page/icon.svg" type="image/svg+xml">',
      '<link rel="apple-touch-icon" href="/phone/page/icon.svg">',
      '<link rel="manifest" href="/phone/page/manifest.webmanifest">',
    ],
  });
}
