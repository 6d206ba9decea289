import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildBundle, bundles } from '../build/bundles.ts';

const goalBytes = 15 * 1024;

/** Uses that a page's own script may not rely on, or that would show that a library has slipped in. */
const forbidden = [
  /typebox/i,
  /\balert\(/,
  // Not the contract's own `document`, which stands in texts.
  /(?<![\w.*"'`])document\./,
  /\b(?:local|session)Storage\b/,
  /\bXMLHttpRequest\b/,
  /\binnerHTML\b/,
  /\beval\(/,
  /\bBuffer\b/,
  /\bprocess\./,
  /\brequire\(/,
];

const ofTheSdk = bundles.filter(({ entry }) => entry === 'src/index.ts');

describe('the bundle of the SDK', () => {
  it.each(bundles.filter(({ entry }) => entry === 'src/index.ts'))(
    '$file stays under 15 kB gzipped',
    async (bundle) => {
      const { code } = await buildBundle(bundle);
      expect(gzipSync(code, { level: 9 }).length).toBeLessThan(goalBytes);
    },
  );

  it.each(ofTheSdk)('$file relies on no document, storage, Node or schema library', async (bundle) => {
    const { code } = await buildBundle(bundle);
    const text = Buffer.from(code).toString('utf8');
    expect(forbidden.filter((use) => use.test(text))).toEqual([]);
  });

  it.each(bundles)('$file is made of our own sources alone', async (bundle) => {
    const { inputs } = await buildBundle(bundle);
    const allowed =
      bundle.entry === 'src/index.ts' ? /^sdk\/src\// : /^(sdk\/src\/messages|core\/src\/(messages|errors))\//;
    expect(inputs.length).toBeGreaterThan(2);
    expect(inputs.filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('as a plain script defines one name and nothing else', async () => {
    const { code } = await buildBundle(bundles[1]);
    const scope: Record<string, unknown> = {};
    const defined = new Function(`${Buffer.from(code).toString('utf8')}; return OneLock;`).call(scope);
    expect(Object.keys(defined).sort()).toEqual([
      'OneLockError',
      'authenticate',
      'bytesFromBase64',
      'bytesToBase64',
      'connect',
      'diagnose',
      'isOneLockError',
      'signMessage',
      'ticketFromServer',
    ]);
    expect(scope).toEqual({});
  });
});
