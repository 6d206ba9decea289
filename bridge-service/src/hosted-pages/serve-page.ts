import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@onelock/core/errors';
import type { FastifyInstance } from 'fastify';
import { negotiateLocale } from '../plugins/locale.ts';
import { publicOriginOf } from '../public-origin.ts';
import type { RouteContext } from '../routes/context.ts';
import type { Locale } from './document.ts';

/** Beside the build, and from the sources where the build is. */
const folders = ['../pages', '../../dist/pages'].map((folder) =>
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), folder),
);

const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

/** How a route of a hosted page is registered: nobody logs in, and the interface's documents do not list it. */
export const openToAll = { schema: { hide: true } as object, config: { access: 'open' } as const };

export interface HostedPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly document: (locale: Locale) => string;
}

/** The document at `/NAME`, and its script and style under `/NAME/page/`. */
export function servePage(
  app: FastifyInstance,
  { config }: RouteContext,
  name: 'apply' | 'phone',
  { headers, document }: HostedPage,
): void {
  app.get(`/${name}`, openToAll, async (request, reply) => {
    const origin = publicOriginOf(app, config);
    // A developer's browser may know this machine by its other name, which to agents is another site, and another place to keep a key.
    if (config.publicUrl === null && request.headers.host?.startsWith('localhost:'))
      if (origin.startsWith('http://127.0.0.1:')) return reply.redirect(`${origin}/${name}`, 302);
    return reply
      .headers(headers)
      .type('text/html; charset=utf-8')
      .send(document(negotiateLocale(request.headers['accept-language'])));
  });
  servePageFiles(app, `/${name}/page`, name);
}

/** `NAME.js` and `NAME.css` as they were built. */
export function servePageFiles(app: FastifyInstance, under: string, name: 'apply' | 'login' | 'phone'): void {
  for (const [extension, type] of Object.entries(types))
    app.get(`${under}/${name}.${extension}`, openToAll, async (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'no-cache')
        .send(await readBuilt(`${name}.${extension}`)),
    );
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND where nothing was built */
async function readBuilt(file: string): Promise<Buffer> {
  for (const folder of folders) {
    try {
      return await readFile(path.join(folder, file));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new CodedError('ERR_REQUEST_NOT_FOUND');
}
