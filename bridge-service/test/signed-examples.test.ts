import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { pem } from './support/pki.ts';
import { newFolder } from './support/process.ts';
import { createTestService, type TestService } from './support/service.ts';

const run = promisify(execFile);
const guide = readFileSync(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/guide/http-api.md'),
  'utf8',
);
const [, nodeExample = ''] = /```js\n(\/\/ Node[\s\S]*?)```/.exec(guide) ?? [];
const [, shellExample = ''] = /```sh\n(# 只用 OpenSSL[\s\S]*?)```/.exec(guide) ?? [];

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const body = JSON.stringify({ certificate: pem('rsa/leaf').replaceAll(/-----[A-Z ]+-----|\s/g, '') });

let service: TestService;
let url: string;
let platform: string;
let folder: string;

beforeAll(async () => {
  folder = newFolder();
  service = await createTestService({}, new Date());
  const made = await service.call('POST', '/v1/callers', {
    token: service.administrator,
    body: { name: 'p', role: 'platform' },
  });
  platform = made.body.id;
  const keys = [
    { id: 'ec', publicKey: spki(ec.publicKey) },
    { id: 'rsa', publicKey: spki(rsa.publicKey) },
  ];
  await service.call('PUT', `/v1/platforms/${platform}/profile`, {
    token: service.administrator,
    body: { contacts: [], keys, requestsPerMinute: null, webhooks: [], authentication: 'signature' },
  });
  url = `${await service.app.listen({ host: '127.0.0.1', port: 0 })}/v1/certificates/validate`;
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the guide’s client in Node is let in', async () => {
  writeFileSync(path.join(folder, 'platform-p256.pem'), pkcs8(ec.privateKey));
  const call = `const answer = await signedFetch(${JSON.stringify(url)}, ${body});\nconsole.log(answer.status);\n`;
  writeFileSync(path.join(folder, 'client.mjs'), nodeExample.replace('clr_…/server-1', `${platform}/ec`) + call);
  expect((await run(process.execPath, ['client.mjs'], { cwd: folder })).stdout).toBe('200\n');
});

requireReal('OpenSSL', opensslCommand())('the guide’s client of OpenSSL and curl', (_openssl) => {
  it('is let in', async () => {
    writeFileSync(path.join(folder, 'platform-rsa.pem'), pkcs8(rsa.privateKey));
    const script = shellExample
      .replace('https://lock.example.cn/v1/certificates/validate', url)
      .replace(`'{"certificate":"…"}'`, `'${body}'`)
      .replace('clr_…/server-1', `${platform}/rsa`);
    const { stdout } = await run('bash', ['-c', script], { cwd: folder });
    expect(JSON.parse(stdout)).toHaveProperty('indication');
  });
});
