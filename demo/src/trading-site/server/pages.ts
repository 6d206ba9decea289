import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the built pages. They are read once at the start, so a request can name no other file. */
export function servePages(app: FastifyInstance, folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[path.extname(file)];
    if (type === undefined) continue;
    const bytes = readFileSync(path.join(folder, file));
    const address = `/${file.split(path.sep).join('/')}`;
    // Names of assets carry a digest of what is in them; index.html does not.
    const cacheControl = address.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    for (const url of address === '/index.html' ? ['/', '/index.html'] : [address]) {
      app.get(url, async (_request, reply) => {
        reply.headers({ 'content-type': type, 'cache-control': cacheControl });
        return bytes;
      });
    }
  }
}
