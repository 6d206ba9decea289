import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceFile } from './import-arrows.ts';

const notOurs = new Set(['node_modules', 'dist', 'generated']);

/** The product's own sources (no tests, no benches, nothing generated), of every package, paths from the root. */
export function productSources(root: string, packages: readonly string[]): readonly SourceFile[] {
  return packages.flatMap((name) =>
    readdirSync(path.join(root, name, 'src'), { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() && /\.(ts|vue|mts)$/.test(entry.name) && !/\.(test|slow\.test|bench|d)\.ts$/.test(entry.name),
      )
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
      .filter((file) => !file.split('/').some((part) => notOurs.has(part)))
      .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') })),
  );
}
