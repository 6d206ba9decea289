import { rmSync } from 'node:fs';
import path from 'node:path';
import { fromBase64 } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectCountedOnce } from './support/counted-once.ts';
import { newTestDatabase, type TestDatabase } from './support/database.ts';
import { makeLoginToken, pem } from './support/pki.ts';
import { newFolder, runCli, type ServiceProcess, spawnService } from './support/process.ts';

const ops = createNodeCrypto();
let folders: readonly [string, string];
let database: TestDatabase;
const nodes: ServiceProcess[] = [];
beforeEach(async () => {
  folders = [newFolder(), newFolder()];
  database = await newTestDatabase(folders[0]);
});
afterEach(async () => {
  // Also of a test that failed: nothing of it goes on.
  for (const node of nodes.splice(0)) node.child.kill('SIGKILL');
  await database.drop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly status: number;
  readonly id: string;
  readonly token: string;
  readonly challenge: string;
  readonly indication: string;
}

/** null when the node went away instead of answering. */
async function send(node: ServiceProcess, where: string, token: string, body: object): Promise<Sent | null> {
  try {
    const answer = await fetch(node.url + where, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Omit<Sent, 'status'>) };
  } catch {
    return null;
  }
}

it('one of two nodes killed under load loses nothing that it acknowledged, and the other goes on', async () => {
  const environment = {
    ...database.environment,
    ONELOCK_SERVICE_SECRETS_DIR: path.join(folders[0], 'secrets'),
    ONELOCK_SERVICE_CALLER_REQUESTS_PER_MINUTE: '10000000',
  };
  const one = await spawnService(folders[0], environment);
  const two = await spawnService(folders[1], environment);
  nodes.push(one, two);
  const token = (await send(one, '/v1/administrators', '', { code: one.code, name: 'x' }))?.token ?? '';

  const acknowledged: Record<'one' | 'two', string[]> = { one: [], two: [] };
  let stopped = false;
  const writer = async (which: 'one' | 'two'): Promise<void> => {
    const node = which === 'one' ? one : two;
    while (!stopped) {
      const sent = await send(node, '/v1/cas', token, { name: which, anchors: [pem('sm2/root')] });
      if (sent === null) return;
      if (sent.status !== 201) throw new Error(JSON.stringify(sent));
      acknowledged[which].push(sent.id);
    }
  };
  // Log-ins besides, which share their statements: the challenge comes from one node and is answered on the other.
  await send(one, '/v1/cas', token, { name: 'for log-ins', anchors: [pem('sm2/intermediate')] });
  const origin = 'https://bid.example.cn';
  const caller = { name: 'platform', role: 'platform', origins: [origin] };
  const platform = (await send(one, '/v1/callers', token, caller))?.token ?? '';
  const loggedIn: { readonly id: string; readonly body: object }[] = [];
  const visitor = async (): Promise<void> => {
    const alive = (): ServiceProcess => (one.child.exitCode === null && one.child.signalCode === null ? one : two);
    while (!stopped) {
      const opened = await send(alive(), '/v1/challenges', platform, { origin });
      if (opened === null) continue;
      const challenge = fromBase64(opened.challenge);
      const body = { token: makeLoginToken(ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge }) };
      const node = loggedIn.length % 2 === 0 ? two : alive();
      const login = await send(node, '/v1/logins', platform, body);
      if (login?.indication === 'passed') loggedIn.push({ id: login.id, body });
      // Only a node that went away leaves one unanswered.
      else if (login !== null) throw new Error(JSON.stringify(login));
    }
  };
  const writers = [...(['one', 'two', 'one', 'two', 'one', 'two'] as const).map(writer), ...[1, 2, 3, 4].map(visitor)];
  const all = Promise.all(writers);
  const until = async (done: () => boolean): Promise<void> => {
    const looking = async (): Promise<void> => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await Promise.race([looking(), all]);
  };
  await until(() => acknowledged.one.length >= 20 && acknowledged.two.length >= 20);
  await one.end('SIGKILL');
  const then = acknowledged.two.length;
  const visits = loggedIn.length;
  await until(() => acknowledged.two.length >= then + 20 && loggedIn.length >= visits + 20);
  stopped = true;
  await all;

  const there = new Set((await database.sql('select id from cas')).map(({ id }) => String(id)));
  expect([...acknowledged.one, ...acknowledged.two].filter((id) => !there.has(id))).toEqual([]);
  const logins = new Set((await database.sql('select id from logins')).map(({ id }) => String(id)));
  expect(loggedIn.filter(({ id }) => !logins.has(id))).toEqual([]);
  // What a killed node had acknowledged is used up for the other one.
  const before = loggedIn.slice(Math.max(0, visits - 20), visits);
  const again = await Promise.all(before.map(({ body }) => send(two, '/v1/logins', platform, body)));
  expect(again.map((sent) => sent?.indication)).toEqual(before.map(() => 'failed'));
  await expectCountedOnce(database);
  expect(await two.end('SIGTERM')).toBe(0);
  for (const folder of folders) {
    const verified = runCli(['audit', 'verify', '--json'], folder, environment);
    expect(verified.status, verified.stdout).toBe(0);
  }
});
