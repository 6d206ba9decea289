import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance } from 'fastify';
import { negotiateLocale } from '../plugins/locale.ts';
import { publicOriginOf } from '../public-origin.ts';
import type { RouteContext } from '../routes/context.ts';

type Locale = ReturnType<typeof negotiateLocale>;

/** Beside the build, and from the sources where the build is. */
const folders = ['../pages', '../../dist/pages'].map((folder) =>
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), folder),
);

const pageFiles = {
  'phone.js': 'text/javascript; charset=utf-8',
  'phone.css': 'text/css; charset=utf-8',
} as const;

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

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" rx="112" fill="#0b4a94"/><path d="M176 232v-48a80 80 0 0 1 160 0v48" fill="none" stroke="#fff" stroke-width="36" stroke-linecap="round"/><rect x="140" y="228" width="232" height="184" rx="36" fill="#fff"/><circle cx="256" cy="304" r="24" fill="#0b4a94"/><path d="M256 312v48" stroke="#0b4a94" stroke-width="24" stroke-linecap="round"/></svg>`;

/** The page's document, its files, and what a phone needs to put it on its home screen. */
export function installPhonePages(app: FastifyInstance, { config }: RouteContext): void {
  const options = { schema: { hide: true } as object, config: { access: 'open' } as const };
  app.get('/phone', options, async (request, reply) => {
    const origin = publicOriginOf(app, config);
    // A developer's browser may know this machine by its other name, which would be another place to keep a key.
    if (config.publicUrl === null && request.headers.host?.startsWith('localhost:'))
      if (origin.startsWith('http://127.0.0.1:')) return reply.redirect(`${origin}/phone`, 302);
    return reply
      .headers(pageHeaders)
      .type('text/html; charset=utf-8')
      .send(phonePage(negotiateLocale(request.headers['accept-language'])));
  });
  app.get('/phone/page/manifest.webmanifest', options, async (request, reply) =>
    reply
      .type('application/manifest+json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(JSON.stringify(manifest(negotiateLocale(request.headers['accept-language'])))),
  );
  app.get('/phone/page/icon.svg', options, async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon),
  );
  for (const [name, type] of Object.entries(pageFiles))
    app.get(`/phone/page/${name}`, options, async (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'no-cache')
        .send(await readPage(name)),
    );
}

async function readPage(name: string): Promise<Buffer> {
  for (const folder of folders) {
    try {
      return await readFile(path.join(folder, name));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new CodedError('ERR_REQUEST_NOT_FOUND');
}

/** No frame, no script and no style but our own files, no address but this service. SM2 is compiled from bytes inside our own script. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'cache-control': 'no-store',
};

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
    ...{ display: 'standalone', background_color: '#f3f6fa', theme_color: '#0b4a94' },
    icons: [{ src: '/phone/page/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
  };
}

/** The page's document; its script fills `#desk`. */
function phonePage(locale: Locale): string {
  const { title, service, script } = words[locale];
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="theme-color" content="#0b4a94">
<title>${title} · ${service}</title>
<link rel="icon" href="/phone/page/icon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="/phone/page/icon.svg">
<link rel="manifest" href="/phone/page/manifest.webmanifest">
<link rel="stylesheet" href="/phone/page/phone.css">
<script type="module" src="/phone/page/phone.js"></script>
</head>
<body>
<header><span class="mark" aria-hidden="true"></span><span id="service">${service}</span></header>
<main>
<h1>${title}</h1>
<div id="desk" data-locale="${locale}"></div>
<noscript><p class="notice fail" role="alert">${script}</p></noscript>
</main>
</body>
</html>
`;
}
