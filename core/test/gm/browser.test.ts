import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { parsePublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { wasmBytes } from '../../src/crypto/gm/wasm-engine.ts';

/** What the page does, as a module that esbuild bundles with the sources. */
const page = `
  import { createBrowserCrypto } from './browser.ts';
  import { wasmBytes } from './gm/wasm-engine.ts';
  import { fromHex, toHex } from '../bytes/hex.ts';
  import { parsePublicKey } from './public-key.ts';
  import { sm2DefaultUserId } from './ops.ts';
  globalThis.tryEngine = async (input) => {
    const ops = await createBrowserCrypto();
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId };
    const message = fromHex(input.message);
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
    const signature = ops.sign(privateKey, algorithm, message);
    const theirs = parsePublicKey(fromHex(input.spki));
    const ciphertext = ops.sm2.encrypt(theirs, message);
    const changed = fromHex(input.signature);
    changed[40] ^= 1;
    return {
      engine: ops.engine,
      wasm: toHex(ops.digest('sm3', wasmBytes())),
      spki: toHex(publicKey.spki),
      signature: toHex(signature),
      own: ops.verify(publicKey, algorithm, message, signature),
      theirs: ops.verify(theirs, algorithm, message, fromHex(input.signature)),
      changed: ops.verify(theirs, algorithm, message, changed),
      ciphertext: toHex(ciphertext),
    };
  };
`;

interface Outcome {
  readonly engine: string;
  readonly wasm: string;
  readonly spki: string;
  readonly signature: string;
  readonly own: boolean;
  readonly theirs: boolean;
  readonly changed: boolean;
  readonly ciphertext: string;
}

requireReal('Chromium', chromiumExecutable())('the engine in a page', (executable) => {
  const ops = createNodeCrypto();
  const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
  let chromium: LaunchedChromium;
  let server: Server;
  let outcome: Outcome;
  const message = utf8Encode('投标文件：浏览器与服务器用同一份字节');
  const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });

  beforeAll(async () => {
    const bundled = await build({
      stdin: {
        contents: page,
        resolveDir: fileURLToPath(new URL('../../src/crypto/', import.meta.url)),
        loader: 'ts',
      },
      bundle: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      conditions: ['onelock-source'],
    });
    const script = bundled.outputFiles[0]?.text ?? '';
    server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      // The policy of a careful page: WASM, and no eval.
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
      response.end(isScript ? script : '<!doctype html><title>SM2</title><script src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    chromium = await launchChromium(executable);
    const tab = await chromium.context.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const input = {
      message: toHex(message),
      spki: toHex(publicKey.spki),
      signature: toHex(ops.sign(privateKey, algorithm, message)),
    };
    outcome = await tab.evaluate(
      (given) => (globalThis as unknown as { tryEngine(value: unknown): Promise<Outcome> }).tryEngine(given),
      input,
    );
  });

  afterAll(async () => {
    await chromium?.close();
    server?.close();
  });

  it('is the same WASM, byte for byte', () => {
    expect(outcome.engine).toBe('onelock-gm-wasm');
    expect(outcome.wasm).toBe(toHex(ops.digest('sm3', wasmBytes())));
  });

  it('verifies what the server signs, and refuses it changed', () => {
    expect([outcome.theirs, outcome.changed, outcome.own]).toEqual([true, false, true]);
  });

  it('signs what the server verifies, by our engine and by OpenSSL', () => {
    const key = parsePublicKey(fromHex(outcome.spki));
    for (const engine of ['auto', 'wasm', 'floor'] as const)
      expect(createNodeCrypto({ engine }).verify(key, algorithm, message, fromHex(outcome.signature))).toBe(true);
  });

  it('encrypts what the server decrypts', () => {
    expect(ops.sm2.decrypt(privateKey, fromHex(outcome.ciphertext))).toEqual(message);
  });
});
