import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where build-pages.ts puts the windows' pages, seen from the sources and from the built program. */
export function builtPagesFolder(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/pages' : '../pages', import.meta.url));
}

/**
 * Reads all built pages into memory once: afterwards no request reaches the file system.
 *
 * @returns by name under the folder, with forward slashes: `index.html`, `assets/…`; empty when the pages were not built
 */
export function loadPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of listFiles(folder)) {
    const contentType = contentTypes[path.extname(entry)];
    if (contentType === undefined) continue;
    files.set(entry.split(path.sep).join('/'), { contentType, body: readFileSync(path.join(folder, entry)) });
  }
  return files;
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
