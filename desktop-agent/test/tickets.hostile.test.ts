import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { fromBase64, toBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import type { CallName, Params } from '@onelock/core/contract';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { ErrorCode } from '@onelock/core/errors';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeRequestTicket, type TicketKey, type TicketRequest } from '../../sdk/src/server/request-ticket.ts';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { startAgentProcess } from './support/agent-process.ts';
import { type Bidder, startBidder } from './support/bidder.ts';
import { failure } from './support/failure.ts';
import { connectPage, site } from './support/page-connection.ts';
import { type ServiceProcess, startService } from './support/service-process.ts';
import { pin, testDer } from './support/tokens.ts';
import { submitPin } from './support/windows.ts';

const chromium = requireReal('Chromium', chromiumExecutable());
const ops = createNodeCrypto();
const content = utf8Encode('投标文件');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The server's keys: SM2, and P-256 as a vendor makes it with Node alone. */
const sm2 = ops.generateKeyPair({ kind: 'sm2' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = {
  sm2: {
    id: 'server-1',
    sign: (bytes) => ops.sign(sm2.privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, bytes),
  },
  p256: { id: 'server-2', sign: (bytes) => sign('sha256', bytes, p256.privateKey) },
} as const satisfies Record<string, TicketKey>;

const request: TicketRequest = {
  ...{ operation: 'signMessage', origin: site, text: '示范省 某某项目\n第一标段 投标文件' },
  digest: { algorithm: 'sm3', value: toHex(ops.digest('sm3', content)) },
};

type Ticket = NonNullable<Params<'signMessage'>['ticket']>;
async function ticket(change: Partial<TicketRequest> = {}, key: TicketKey = keys.sm2, now?: Date): Promise<Ticket> {
  const made = await makeRequestTicket({ ...request, ...change }, key, now);
  return { ...made, signature: fromBase64(made.signature) };
}

chromium('a site whose platform demands request tickets', (executable) => {
  let service: ServiceProcess;
  let browser: LaunchedChromium;
  let bidder: Bidder;
  const environment = (): Record<string, string> => ({
    ONELOCK_AGENT_SERVICE_URL: service.url,
    ONELOCK_AGENT_SERVICE_TOKEN: service.agentToken,
    ONELOCK_AGENT_SERVICE_KEY: service.key,
    ONELOCK_AGENT_ORIGINS: 'https://free.example',
    ONELOCK_AGENT_DIGEST_ORIGINS: `${site}+login`,
  });

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), launchChromium(executable)]);
    const platform = await service.ask('POST', '/v1/callers', {
      ...{ name: '示范省公共资源交易平台', role: 'platform', origins: [site, 'https://sister.example'] },
    });
    const spki = p256.publicKey.export({ format: 'der', type: 'spki' });
    await service.ask('PUT', `/v1/platforms/${platform.id}/profile`, {
      ...{ contacts: [], requestsPerMinute: null, webhooks: [], requestTickets: 'required' },
      keys: [
        { id: keys.sm2.id, publicKey: toBase64(sm2.publicKey.spki) },
        { id: keys.p256.id, publicKey: toBase64(new Uint8Array(spki)) },
      ],
    });
    // Ends with the tests below, and not with the first of them.
    bidder = await startBidder(browser, { agent: { environment: environment() }, start: startAgentProcess });
  });
  afterAll(async () => {
    await bidder.leave();
    await browser.close();
    await service.cleanUp();
  });

  const signWith = async (given: Ticket | undefined, more: Partial<Params<'signMessage'>> = {}): Promise<unknown> =>
    bidder.page.call('signMessage', {
      ...{ key: await bidder.key('RSA'), content, display: { title: '页面说的话' }, ...more },
      ...(given === undefined ? {} : { ticket: given }),
    });

  it('is served with a ticket, once, and the window shows the server’s words and not the page’s', async () => {
    for (const key of [keys.sm2, keys.p256]) {
      const made = await ticket({ digest: { algorithm: 'sha256', value: sha256(content) } }, key);
      const signing = signWith(made);
      const window = await bidder.person.open();
      const shown = (await window.locator('main').textContent()) ?? '';
      expect(shown).toContain('平台服务器签名确认');
      expect(shown).toContain('第一标段 投标文件');
      expect(shown).not.toContain('页面说的话');
      await submitPin(window, pin);
      expect(await signing).toMatchObject({ algorithm: 'RSA-SHA256' });
      await window.close();
      await expect(failure(signWith(made))).resolves.toFailWith('ERR_TICKET_REPLAYED');
    }
  });

  it.each<[string, ErrorCode, () => Promise<Ticket | undefined>]>([
    ['none', 'ERR_TICKET_REQUIRED', async () => undefined],
    ['one for another call', 'ERR_TICKET_OPERATION_MISMATCH', () => ticket({ operation: 'decryptData' })],
    [
      'one for other content',
      'ERR_TICKET_DIGEST_MISMATCH',
      () => ticket({ digest: { algorithm: 'sm3', value: toHex(ops.digest('sm3', utf8Encode('别的'))) } }),
    ],
    ['one of a sister site', 'ERR_TICKET_ORIGIN_MISMATCH', () => ticket({ origin: 'https://sister.example' })],
    ['an old one', 'ERR_TICKET_EXPIRED', () => ticket({}, keys.sm2, new Date(Date.now() - 66_000))],
    ['one of tomorrow', 'ERR_TICKET_EXPIRED', () => ticket({}, keys.sm2, new Date(Date.now() + 86_400_000))],
    [
      'one that it signed itself',
      'ERR_TICKET_SIGNATURE_INVALID',
      () => {
        const own = ops.generateKeyPair({ kind: 'sm2' });
        const by = (bytes: Uint8Array): Uint8Array =>
          ops.sign(own.privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, bytes);
        return ticket({}, { id: 'server-1', sign: by });
      },
    ],
    ['one of a key that nobody registered', 'ERR_TICKET_KEY_UNKNOWN', () => ticket({}, { ...keys.sm2, id: 'mine' })],
    [
      'one whose text it changed',
      'ERR_TICKET_SIGNATURE_INVALID',
      async () => {
        const made = await ticket();
        return { ...made, statement: made.statement.replace('第一标段', '第二标段') };
      },
    ],
    [
      'one that is no statement',
      'ERR_TICKET_MALFORMED',
      async () => ({ ...(await ticket()), statement: '{"version":1}' }),
    ],
  ])('refuses %s, without a window', async (_what, code, make) => {
    await expect(failure(signWith(await make()))).resolves.toFailWith(code);
    expect(bidder.agent.unopenedWindows()).toEqual([]);
  });

  it('refuses every sensitive call without a ticket', async () => {
    const { page } = bidder;
    const key = await bidder.key('SM2');
    const der = testDer('sm2/encrypt.pem');
    const { envelope } = await page.call('encryptData', { data: content, recipients: [der] });
    const { ciphertext } = await page.call('encryptKey', { data: content, recipient: der });
    const digest = new Uint8Array(32).fill(1);
    const rsa = await bidder.key('RSA');
    const calls: { readonly [C in CallName]?: () => Promise<unknown> } = {
      authenticate: () => page.call('authenticate', { key, challenge: digest }),
      signData: () => page.call('signData', { key, data: content }),
      signDigest: () => page.call('signDigest', { key: rsa, digest, algorithm: 'RSA-SHA256', display: { title: 'x' } }),
      signMessage: () => page.call('signMessage', { key, content }),
      signFile: () => page.call('signFile', { key, file: page.stream(content) }),
      signBatch: () =>
        page.call('signBatch', {
          ...{ key, display: { title: 'x' } },
          items: [{ id: 'a', title: 'a', source: { kind: 'content', content } }],
        }),
      decryptData: () => page.call('decryptData', { key, envelope }),
      decryptFile: () => page.call('decryptFile', { key, file: page.stream(envelope), target: page.take().target }),
      decryptKey: () => page.call('decryptKey', { key, ciphertext }),
    };
    for (const [name, call] of Object.entries(calls))
      expect([name, await failure(call())]).toEqual([name, expect.objectContaining({ code: 'ERR_TICKET_REQUIRED' })]);
    expect(bidder.agent.unopenedWindows()).toEqual([]);
  });

  it('compares files and batches with what the server saw, as they pass by', async () => {
    const { page, person } = bidder;
    const key = await bidder.key('SM2');
    const file = new Uint8Array(300_000).fill(7);
    const other = Uint8Array.from(file).fill(8, 299_999);
    const over = (bytes: Uint8Array): TicketRequest['digest'] => ({ algorithm: 'sha256', value: sha256(bytes) });
    const signFile = async (bytes: Uint8Array): Promise<unknown> =>
      page.call('signFile', {
        ...{ key, file: page.stream(bytes), ticket: await ticket({ operation: 'signFile', digest: over(file) }) },
      });
    await expect(failure(signFile(other))).resolves.toFailWith('ERR_TICKET_DIGEST_MISMATCH');
    const signing = signFile(file);
    await person.typePin(pin);
    expect(await signing).toMatchObject({ file: { size: 300_000 } });

    const items = ['甲', '乙'].map((title) => ({
      ...{ id: `item-${title === '甲' ? 1 : 2}`, title },
      source: { kind: 'content', content: utf8Encode(title) } as const,
    }));
    const listed = over(Buffer.concat(['甲', '乙'].map((title) => createHash('sha256').update(title).digest())));
    const batch = async (given: typeof items): Promise<unknown> =>
      page.call('signBatch', {
        ...{ key, items: given, display: { title: '批量' } },
        ticket: await ticket({ operation: 'signBatch', digest: listed }),
      });
    await expect(failure(batch(items.toReversed()))).resolves.toFailWith('ERR_TICKET_DIGEST_MISMATCH');
    const all = batch(items);
    await person.typePin(pin);
    expect(await all).toMatchObject({ items: [{ outcome: 'signed' }, { outcome: 'signed' }] });
  });

  it('is refused a ticket that was used before the agent started again', async () => {
    const made = await ticket();
    const signing = signWith(made);
    await bidder.person.typePin(pin);
    await signing;
    bidder.agent.child.kill('SIGTERM');
    const again = await startAgentOfTest({
      ...{ drivers: [bidder.tokens.driver], environment: environment(), stateDir: bidder.agent.stateDir },
    });
    const page = await connectPage(again.port);
    const identity = await vi.waitFor(
      async () => {
        const [first] = (await page.call('listCertificates', {})).identities;
        if (first === undefined) throw new Error('no key yet');
        return first;
      },
      { timeout: 45_000, interval: 200 },
    );
    const replay = page.call('signMessage', { key: identity.key, content, ticket: made });
    await expect(failure(replay)).resolves.toFailWith('ERR_TICKET_REPLAYED');
  });
});
