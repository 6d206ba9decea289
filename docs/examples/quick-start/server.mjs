// A trading system in one file, for the quick start: Node 20 or newer, nothing to install.
//   ONELOCK_TOKEN=… node docs/examples/quick-start/server.mjs
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const service = process.env.ONELOCK_SERVICE ?? 'http://127.0.0.1:18960';
const token = process.env.ONELOCK_TOKEN;
const port = Number(process.env.PORT ?? 8080);
const origin = `http://localhost:${port}`;
if (!token) throw new Error('set ONELOCK_TOKEN to the token of a caller of role platform');

// #region service
/** Asks the bridge service, server to server. The token never reaches a page. */
async function ask(path, body) {
  const response = await fetch(new URL(path, service), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const routes = {
  // 1. A challenge of the service, for this site's origin.
  '/login/challenge': () => ask('/v1/challenges', { origin }),
  // 2. What the agent signed. Let somebody in only when `indication` is `passed`.
  '/login': ({ token }) => ask('/v1/logins', { token }),
  // 3. A signed message, judged with the content that this server knows.
  '/verify': ({ message, content }) => ask('/v1/signatures/verify', { kind: 'message', message, content }),
};
// #endregion service

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/favicon.ico': ['../../public/logo.svg', 'image/svg+xml'],
  '/onelock.mjs': ['../../../sdk/dist/onelock.mjs', 'text/javascript'],
  '/onelock-messages.mjs': ['../../../sdk/dist/onelock-messages.mjs', 'text/javascript'],
};
const agentPorts = (process.env.ONELOCK_AGENT_PORTS ?? '18965,18966,18967,18968').split(',');
const agent = agentPorts.map((number) => `ws://127.0.0.1:${number}`).join(' ');

async function readJson(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 4_000_000) throw new Error('too large');
  }
  return text === '' ? {} : JSON.parse(text);
}

createServer(async (request, response) => {
  try {
    const file = files[request.url];
    if (request.method === 'GET' && file) {
      const content = await readFile(new URL(file[0], import.meta.url));
      response.writeHead(200, {
        'content-type': file[1],
        'content-security-policy': `default-src 'self'; script-src 'self' 'unsafe-inline'; connect-src 'self' ${agent}`,
      });
      response.end(content);
      return;
    }
    const route = request.method === 'POST' ? routes[request.url] : undefined;
    const answer = route ? await route(await readJson(request)) : { status: 404, body: {} };
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  } catch (error) {
    console.error(error);
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{}');
  }
}).listen(port, '127.0.0.1', () => console.log(`open ${origin}`));
