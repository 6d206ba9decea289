import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findForbiddenArrows, findForbiddenUses, packageArrows } from './import-arrows.ts';
import { productSources } from './sources.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const withSources = ['core', 'drivers', 'desktop-agent', 'bridge-service', 'sdk', 'conformance', 'demo'];

describe('the import arrows', () => {
  const sources = productSources(root, withSources);

  it('cover every package that has sources', () => {
    expect(packageArrows.map((rule) => rule.from)).toEqual(expect.arrayContaining(withSources));
    expect(sources.length).toBeGreaterThan(50);
  });

  it('hold in every source file; each line below is an offender (do not widen the rule to make this pass)', () => {
    expect(findForbiddenArrows(sources)).toEqual([]);
  });

  it('leave core without platform, clock, console and network', () => {
    expect(findForbiddenUses(sources)).toEqual([]);
  });
});

describe('the arrow check itself', () => {
  const offenders = (file: string, text: string) => findForbiddenArrows([{ path: file, text }]);

  it('names the file, the line and the rule of a forbidden package arrow', () => {
    expect(offenders('core/src/x509/name.ts', "\nimport { x } from '@onelock/drivers/port';")).toEqual([
      'core/src/x509/name.ts:2 imports @onelock/drivers/port: core may import only nothing of ours',
    ]);
  });

  it('sees relative, re-exported, multi-line and dynamic imports', () => {
    for (const text of [
      "import { a } from '../path/index.ts';",
      "export { a } from '../path/index.ts';",
      "import {\n  a,\n  b,\n} from '../path/index.ts';",
      "const p = await import('../path/index.ts');",
    ]) {
      expect(offenders('core/src/cms/signed-data.ts', text)).toHaveLength(1);
    }
  });

  it('lets the SDK have types of the contract but no values', () => {
    expect(offenders('sdk/src/client.ts', "import type { Params } from '@onelock/core/contract';")).toEqual([]);
    expect(offenders('sdk/src/client.ts', "import { calls } from '@onelock/core/contract';")).toHaveLength(1);
  });

  it('lets nobody import the agent, the service, the examiner or the demonstration', () => {
    for (const target of ['desktop-agent', 'bridge-service', 'conformance', 'demo']) {
      for (const from of withSources.filter((name) => name !== target)) {
        expect(offenders(`${from}/src/room/file.ts`, `import { x } from '@onelock/${target}';`)).toHaveLength(1);
      }
    }
  });

  it('finds a clock in core, but not in a comment', () => {
    const uses = (text: string) => findForbiddenUses([{ path: 'core/src/path/build.ts', text }]);
    expect(uses('const now = new Date();')).toHaveLength(1);
    expect(uses('// unlike new Date(), time is an argument')).toEqual([]);
    expect(uses("import { readFileSync } from 'node:fs';")).toHaveLength(1);
  });
});
