import { maxFrameBytes, wireSubprotocol } from '@onelock/core/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentProcess, startAgentProcess, within } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { failure } from './support/failure.ts';
import { connectPage, type PageConnection, rawUpgrade, site } from './support/page-connection.ts';
import { rawBytes } from './support/raw-bytes.ts';

let agent: AgentProcess;

beforeAll(async () => {
  agent = await startAgentProcess();
  rememberAllowed(agent.stateDir, site);
});

afterAll(async () => {
  expect(agent.unopenedWindows()).toEqual([]);
  expect(await agent.stop()).toBe(0);
});

describe('the door, to requests that no honest page sends', () => {
  it.each([
    ['a rebound DNS name', { host: 'evil.example:1' }, 'ERR_AGENT_HOST_DENIED'],
    ['another port', { host: '127.0.0.1:1' }, 'ERR_AGENT_HOST_DENIED'],
    ['no port', { host: '127.0.0.1' }, 'ERR_AGENT_HOST_DENIED'],
    ['no Host', { host: undefined }, 'ERR_AGENT_HOST_DENIED'],
    ['a look-alike of localhost', { host: 'localhost.evil.example' }, 'ERR_AGENT_HOST_DENIED'],
    ['localhost with a dot at its end', { host: 'localhost.:1' }, 'ERR_AGENT_HOST_DENIED'],
    ['loopback in IPv6 clothes', { host: '[::ffff:127.0.0.1]:1' }, 'ERR_AGENT_HOST_DENIED'],
    ['no Origin', { origin: undefined }, 'ERR_AGENT_ORIGIN_MISSING'],
    ['an empty Origin', { origin: '' }, 'ERR_AGENT_ORIGIN_MISSING'],
    ['the null origin', { origin: 'null' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['a local file', { origin: 'file://' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['a data: document', { origin: 'data:text/html,x' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an extension', { origin: 'chrome-extension://abcdefghijklmnop' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['plain http', { origin: 'http://ggzy.example.gov.cn' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['http on loopback without developer mode', { origin: 'http://localhost:8080' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin with a path', { origin: 'https://ggzy.example.gov.cn/' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin in capitals', { origin: 'https://GGZY.example.gov.cn' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin with its default port', { origin: 'https://ggzy.example.gov.cn:443' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin with a user', { origin: 'https://a@ggzy.example.gov.cn' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin in a blob', { origin: 'blob:https://ggzy.example.gov.cn/1' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin outside ASCII', { origin: 'https://ggzy.ex\u00e4mple.cn' }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['an origin longer than any host name', { origin: `https://${'a.'.repeat(130)}cn` }, 'ERR_AGENT_ORIGIN_DENIED'],
    [
      'two origins in one header',
      { origin: 'https://evil.example https://ggzy.example.gov.cn' },
      'ERR_AGENT_ORIGIN_DENIED',
    ],
    ['two origins', { origin: ['https://evil.example', site] }, 'ERR_AGENT_ORIGIN_DENIED'],
    ['no subprotocol', { 'sec-websocket-protocol': undefined }, 'ERR_AGENT_FRAME_INVALID'],
    ['another subprotocol', { 'sec-websocket-protocol': 'chat' }, 'ERR_AGENT_FRAME_INVALID'],
  ])('answers %s with a coded refusal before any upgrade', async (_what, headers, code) => {
    const { status, body } = await rawUpgrade(agent.port, headers);
    expect(body.code).toBe(code);
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('refuses two Host headers, of which one is right', async () => {
    const answer = await rawBytes(
      agent.port,
      `GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nHost: evil.example\r\nOrigin: ${site}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${wireSubprotocol}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40\d/);
    expect(answer).not.toContain('101 Switching');
  });

  it('serves no other path', async () => {
    expect(await rawUpgrade(agent.port, {}, '/v2')).toMatchObject({ status: 404 });
  });

  it('serves nothing over plain HTTP, and tells a rebound name first of all', async () => {
    const plain = await fetch(`http://127.0.0.1:${agent.port}/v1`, { headers: { origin: site } });
    expect([plain.status, plain.headers.get('access-control-allow-origin')]).toEqual([404, null]);
    expect(await plain.json()).toEqual({ code: 'ERR_REQUEST_NOT_FOUND', params: {} });
    const rebound = await rawBytes(agent.port, 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(rebound).toContain('ERR_AGENT_HOST_DENIED');
  });

  it('is reached on both loopback addresses', async () => {
    const page = await connectPage(agent.port, { address: '[::1]' });
    expect(await page.call('getAgentInfo', {})).toMatchObject({ product: 'OneLock' });
    await page.close();
  });
});

describe('a connected page that does not keep to the protocol', () => {
  it('is shown the door when it calls before its greeting', async () => {
    const page = await connectPage(agent.port, { greet: 'no' });
    const reply = await page.sendText('{"jsonrpc":"2.0","id":"a","method":"getAgentInfo","params":{}}');
    expect(reply.error?.data).toMatchObject({ code: 'ERR_AGENT_FRAME_INVALID', callId: 'a' });
    expect(await page.closed).toBe(1008);
  });

  it('is told which versions do not fit', async () => {
    const page = await connectPage(agent.port, { greet: 'no' });
    await expect(failure(page.raw('hello', { contractVersion: '2.0', client: 'test' }))).resolves.toFailWith(
      'ERR_AGENT_VERSION_MISMATCH',
    );
    expect(await page.closed).toBe(1008);
  });

  it.each([
    ['not JSON', '{'],
    ['a batch', '[{"jsonrpc":"2.0","id":"b","method":"getAgentInfo","params":{}}]'],
    ['a notification', '{"jsonrpc":"2.0","method":"getAgentInfo","params":{}}'],
    ['another protocol version', '{"jsonrpc":"1.0","id":"b","method":"getAgentInfo","params":{}}'],
    ['an unknown member', '{"jsonrpc":"2.0","id":"b","method":"getAgentInfo","params":{},"pin":"123456"}'],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"getAgentInfo","params":{}}'],
    [
      'a second greeting',
      '{"jsonrpc":"2.0","id":"b","method":"hello","params":{"contractVersion":"1.0","client":"x"}}',
    ],
    ['JSON nested ten thousand deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['a greeting inside __proto__', '{"jsonrpc":"2.0","id":"b","params":{},"__proto__":{"method":"hello"}}'],
    ['an inherited method', '{"jsonrpc":"2.0","id":"b","method":"__proto__","params":{}}'],
  ])('gets a coded refusal for %s', async (_what, text) => {
    const page = await connectPage(agent.port);
    const reply = await page.sendText(text);
    expect(reply.error?.data.code).toMatch(/^ERR_AGENT_FRAME_INVALID$/);
    await page.close();
  });

  it('gets the door for a binary frame', async () => {
    const page = await connectPage(agent.port);
    page.sendBinary(new Uint8Array(8));
    expect(await page.closed).toBe(1003);
  });

  it('is cut off when a frame exceeds the limit, and the agent lives', async () => {
    const page = await connectPage(agent.port);
    void page.sendText(`"${'x'.repeat(maxFrameBytes)}"`).catch(() => undefined);
    expect([1006, 1009]).toContain(await page.closed);
    const other = await connectPage(agent.port);
    expect(await other.call('getAgentInfo', {})).toMatchObject({ product: 'OneLock' });
    await other.close();
  });

  it('is heard with large frames only where the person has allowed its site', async () => {
    const large = (id: string): string =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'getAgentInfo', params: { x: 'A'.repeat(100_000) } });
    const stranger = await connectPage(agent.port, { origin: 'https://stranger.example' });
    const refused = await stranger.sendText(large('a'));
    expect(refused.error?.data).toMatchObject({ code: 'ERR_REQUEST_TOO_LARGE', callId: 'a' });
    expect(await stranger.call('getAgentInfo', {})).toMatchObject({ product: 'OneLock' });
    void stranger.sendText(large('b')).catch(() => undefined);
    expect(await stranger.closed).toBe(1008);
    const page = await connectPage(agent.port);
    const heard = await page.sendText(large('c'));
    expect(heard.error?.data).toMatchObject({ code: 'ERR_CALL_PARAMS_INVALID', callId: 'c' });
    await page.close();
  });

  it('is slowed down when it floods, then cut off, and others never notice', async () => {
    const honest = await connectPage(agent.port, { origin: 'https://other.example' });
    const flood = await connectPage(agent.port);
    const answers = await Promise.allSettled(Array.from({ length: 400 }, () => flood.raw('getAgentInfo', {})));
    const limited = answers.filter(
      (answer) => answer.status === 'rejected' && String(answer.reason).includes('ERR_AGENT_RATE_LIMITED'),
    );
    expect(limited.length).toBeGreaterThan(10);
    expect(await within(40_000, 'the flood to be cut off', flood.closed)).toBe(1008);
    expect(await honest.call('getAgentInfo', {})).toMatchObject({ product: 'OneLock' });
    await honest.close();
  });

  it('gets no more than its share of connections, and strangers together never all of them', async () => {
    const open: PageConnection[] = [];
    const openUntilRefused = async (origin: string): Promise<string> => {
      for (;;) {
        try {
          open.push(await connectPage(agent.port, { origin, greet: 'no' }));
        } catch (error) {
          return String(error);
        }
      }
    };
    expect(await openUntilRefused('https://greedy-1.example')).toContain('429');
    expect(open.length).toBe(12);
    expect(await openUntilRefused('https://greedy-2.example')).toContain('429');
    expect(await openUntilRefused('https://greedy-3.example')).toContain('429');
    expect(open.length).toBe(24);
    const allowed = await connectPage(agent.port);
    expect(await allowed.call('listDevices', {})).toEqual({ devices: [], incomplete: [] });
    await Promise.all([...open, allowed].map((page) => page.close()));
  });
});

describe('a call', () => {
  it.each([
    ['openKeySession', { key: 'k1_AAAAAAAAAAAA', purposes: ['sign'], pin: '123456' }, '/pin'],
    ['authenticate', { key: 'k1_AAAAAAAAAAAA', challenge: `${'A'.repeat(43)}=`, password: '123456' }, '/password'],
    ['signData', { key: 'k1_AAAAAAAAAAAA', data: 'AA==', pin: '123456' }, '/pin'],
    ['signMessage', { key: 'k1_AAAAAAAAAAAA', content: 'AA==', PIN: '123456' }, '/PIN'],
    ['getPinStatus', { key: 'k1_AAAAAAAAAAAA', pin: '111111' }, '/pin'],
    [
      'authenticate',
      { key: 'k1_AAAAAAAAAAAA', challenge: `${'A'.repeat(43)}=`, origin: 'https://bank.example' },
      '/origin',
    ],
  ])('of %s with something smuggled in is refused and the field named', async (call, params, field) => {
    const page = await connectPage(agent.port);
    const error = await page.raw(call, params).catch((reason: unknown) => reason);
    expect(error).toFailWith('ERR_CALL_PARAMS_INVALID');
    expect((error as { params: object }).params).toMatchObject({ call, field });
    await page.close();
  });

  it('that is served later says so, whatever its parameters', async () => {
    const page = await connectPage(agent.port);
    for (const call of ['sealDocument', 'removeSeal', 'createTimestamp', 'startRemoteSession'])
      await expect(failure(page.raw(call, {}))).resolves.toFailWith('ERR_CALL_UNSUPPORTED');
    await page.close();
  });

  it('that does not exist says so', async () => {
    const page = await connectPage(agent.port);
    await expect(failure(page.raw('getPrivateKey', {}))).resolves.toFailWith('ERR_CALL_UNKNOWN');
    await page.close();
  });

  it('with an invented handle is refused', async () => {
    const page = await connectPage(agent.port);
    const key = `k1_${'A'.repeat(43)}`;
    await expect(failure(page.raw('signData', { key, data: 'AA==' }))).resolves.toFailWith('ERR_TOKEN_HANDLE_STALE');
    await page.close();
  });
});

describe('what an unknown site learns', () => {
  it('is product, versions and capabilities, and nothing of person or machine', async () => {
    const page = await connectPage(agent.port, { origin: 'https://stranger.example' });
    const info = await page.raw('getAgentInfo', {});
    expect(Object.keys(info as object).sort()).toEqual([
      'backend',
      'calls',
      'contractVersion',
      'developerMode',
      'events',
      'maxContentBytes',
      'product',
      'productVersion',
      'streams',
    ]);
    await page.close();
  });
});
