import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { negotiateLocale } from '../plugins/locale.ts';
import { publicOriginOf } from '../public-origin.ts';
import type { RouteContext } from '../routes/context.ts';

/** What `console/build-pages.ts` makes; beside the service in a checkout and in a package of it. */
const pagesFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../console/dist/pages');

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The console at `/console/`: files with a hash in their name are kept for ever, the page that names them never. */
export function installConsole(app: FastifyInstance, { config }: RouteContext): void {
  const options = { schema: { hide: true } as object, config: { access: 'open' } as const };

  app.get('/console', options, async (_request, reply) => reply.redirect('/console/', 308));
  app.get<{ Params: { name: string } }>('/console/assets/:name', options, async (request, reply) => {
    const { name } = request.params;
    const type = types[path.extname(name)];
    const file = type !== undefined && /^[\w.-]+$/.test(name) ? await readPage(`assets/${name}`) : null;
    if (file === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    return reply
      .type(type ?? '')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('cross-origin-resource-policy', 'same-origin')
      .send(file);
  });
  // Every other address below is a page's own: the one document shows it.
  app.get('/console/*', options, async (request, reply) => {
    const origin = publicOriginOf(app, config);
    // A developer's browser may know this machine by its other name, which to agents and cookies is another site.
    if (config.publicUrl === null && request.headers.host?.startsWith('localhost:'))
      if (origin.startsWith('http://127.0.0.1:')) return reply.redirect(`${origin}${request.url}`, 302);
    const page = await readPage('index.html');
    return page === null
      ? sendMissing(reply, request.headers['accept-language'])
      : reply
          .headers(pageHeaders(config.loginAgentPorts))
          .type('text/html; charset=utf-8')
          .send(String(page).replace('data-agent-ports=""', `data-agent-ports="${config.loginAgentPorts.join(',')}"`));
  });
}

async function readPage(name: string): Promise<Buffer | null> {
  try {
    return await readFile(path.join(pagesFolder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * No frame, no script and no style but our own files, no address of ours to others; to the network only this service and the agent. WebAssembly
 * (which is no `eval` of scripts) is for SM2 and SM3, by which the pages check the audit log.
 */
function pageHeaders(agentPorts: readonly number[]): Readonly<Record<string, string>> {
  const agent = agentPorts.map((port) => `ws://127.0.0.1:${port}`).join(' ');
  return {
    'content-security-policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${agent}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cache-control': 'no-store',
  };
}

const missing = {
  'zh-CN': ['控制台页面尚未构建', '请在服务器上运行 npm run build，然后刷新本页。互认服务的接口不受影响。'],
  en: [
    'The pages of the console are not built',
    'Run npm run build on the server, then reload this page. The interface of the service is not affected.',
  ],
} as const;

function sendMissing(reply: FastifyReply, acceptLanguage: string | undefined): FastifyReply {
  const locale = negotiateLocale(acceptLanguage);
  const [title, hint] = missing[locale];
  return reply
    .code(503)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><p>${hint}</p><p><code>ERR_CONSOLE_PAGES_MISSING</code></p></body></html>`,
    );
}
