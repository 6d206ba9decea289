import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../adr');

/** Decisions are written once, in English, and stand under both languages. */
export default {
  paths: () =>
    readdirSync(folder)
      .filter((file) => /^0\d+.*\.md$/.test(file))
      .map((file) => ({
        params: { decision: file.replace(/\.md$/, '') },
        content: readFileSync(path.join(folder, file), 'utf8'),
      })),
};
