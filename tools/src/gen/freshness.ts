import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A generated file that is not what it should be. */
export interface StaleFile {
  readonly file: string;
  readonly why: 'missing' | 'different' | 'not generated any more';
}

function filesUnder(root: string, folder: string): readonly string[] {
  const at = path.join(root, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** Compares what should be there with what is; looks at files only, not at git. */
export function staleFiles(
  root: string,
  wanted: ReadonlyMap<string, string>,
  folders: readonly string[],
): readonly StaleFile[] {
  const stale: StaleFile[] = [];
  for (const [file, text] of wanted) {
    const at = path.join(root, file);
    if (!existsSync(at)) stale.push({ file, why: 'missing' });
    else if (readFileSync(at, 'utf8') !== text) stale.push({ file, why: 'different' });
  }
  for (const folder of folders) {
    for (const file of filesUnder(root, folder)) {
      if (!wanted.has(file)) stale.push({ file, why: 'not generated any more' });
    }
  }
  return stale;
}

/** Makes it so, touching only what is stale. */
export function refresh(
  root: string,
  wanted: ReadonlyMap<string, string>,
  folders: readonly string[],
): readonly StaleFile[] {
  const stale = staleFiles(root, wanted, folders);
  for (const { file } of stale) {
    const at = path.join(root, file);
    const text = wanted.get(file);
    if (text === undefined) rmSync(at);
    else {
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
  }
  return stale;
}
