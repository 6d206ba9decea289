import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Names of the same shape that are no acts: events between nodes and to platforms, kinds of change sets, files. */
const noActs =
  /^break-glass\.|\.(?:changed|told|hit|acknowledged|erased|css|js|jsonl)$|^(?:ca|platform|person)\.(?:register|update|revoke|set-[a-z]+)$/;

it('every act that the service writes into its log has words on the pages', () => {
  const words = readFileSync(path.join(root, 'console/src/areas/audit/action-words.ts'), 'utf8');
  const known = new Set(Array.from(words.matchAll(/^ {2}'([a-z.-]+)':/gm), ([, action]) => action));
  const written = new Set<string>();
  for (const file of globSync(
    'bridge-service/src/{services,audit,jobs,phone,evidence,workers,tsa,commands,imports}/**/*.ts',
    { cwd: root },
  ))
    if (!file.endsWith('.test.ts'))
      for (const [, action] of readFileSync(path.join(root, file), 'utf8').matchAll(
        /'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)'/g,
      ))
        if (action !== undefined && !noActs.test(action)) written.add(action);
  expect(written.size).toBeGreaterThan(40);
  expect([...written].filter((action) => !known.has(action))).toEqual([]);
});
