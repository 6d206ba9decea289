import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceDouble } from '../../test/support/source-double.ts';
import { isPublicAddress, mayConnect, networksOf, type UrlOrigin } from './address-rules.ts';
import { createOutbound, joinAnswer, type ResolveName } from './outbound.ts';

let double: SourceDouble;
beforeAll(async () => {
  double = await SourceDouble.start();
  double.serve('/crl', () => Uint8Array.of(1, 2, 3));
});
afterAll(() => double.stop());

const outbound = createOutbound({ networks: ['127.0.0.1/32'] });
const ask = (url: string, more: { origin?: UrlOrigin; timeoutMs?: number; limitBytes?: number } = {}) =>
  outbound
    .ask({ url, origin: 'registry', timeoutMs: 5_000, limitBytes: 1_000_000, ...more })
    .catch((error: unknown) => error);

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    'not an address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(mayConnect(address, 'certificate', networksOf(['0.0.0.0/0', '::/0']))).toBe(false);
  });

  it.each(['8.8.8.8', '114.114.114.114', '172.32.0.1', '2400:3200::1'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
    expect(mayConnect(address, 'certificate', networksOf([]))).toBe(true);
  });

  it('of a named network is for listed sources alone', () => {
    const networks = networksOf(['10.8.0.0/16']);
    expect(mayConnect('10.8.3.4', 'registry', networks)).toBe(true);
    expect(mayConnect('10.9.3.4', 'registry', networks)).toBe(false);
    expect(mayConnect('10.8.3.4', 'certificate', networks)).toBe(false);
  });
});

describe('a source', () => {
  it('is asked and answers', async () => {
    const answer = await outbound.ask({ url: double.url('/crl'), origin: 'registry', timeoutMs: 5_000, limitBytes: 3 });
    expect([...joinAnswer(answer, 'own')]).toEqual([1, 2, 3]);
    expect(joinAnswer(answer, 'shared').buffer).toBeInstanceOf(SharedArrayBuffer);
    const { headers } = double.received.at(-1) ?? {};
    expect(headers).toMatchObject({ 'accept-encoding': 'identity', connection: 'close' });
    expect(headers?.cookie).toBeUndefined();
  });

  it.each([
    ['ldap://ldap.example.cn/cn=crl', 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    ['file:///etc/passwd', 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    ['gopher://127.0.0.1:6379/_flushall', 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    ['http://user:secret@127.0.0.1/', 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    ['not a url', 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    [`http://127.0.0.1/${'x'.repeat(3000)}`, 'ERR_EVIDENCE_URL_UNSUPPORTED'],
    ['http://127.0.0.2/', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
    ['http://[::1]/', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
    ['http://[::ffff:10.0.0.1]/', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
    ['http://2130706434/', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
    ['http://0x7f.2/', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
    ['http://169.254.169.254/latest/meta-data', 'ERR_EVIDENCE_ADDRESS_REFUSED'],
  ] as const)('at %s is not asked', async (url, code) => {
    const error = await ask(url);
    expect(error).toFailWith(code);
    expect(JSON.stringify((error as { params: object }).params)).not.toContain('secret');
  });

  it('that a certificate names is not inside, nor another service of a machine', async () => {
    expect(await ask(double.url('/crl'), { origin: 'certificate' })).toFailWith('ERR_EVIDENCE_ADDRESS_REFUSED');
    expect(await ask('http://8.8.8.8:25/', { origin: 'certificate' })).toFailWith('ERR_EVIDENCE_URL_UNSUPPORTED');
  });

  it('whose name leads inside is not connected to: what is checked is what the connection goes to', async () => {
    let connected = 0;
    const server = createServer((_request, response) => {
      connected++;
      response.end('inside');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let lookups = 0;
    const resolveName: ResolveName = (_name, done) => {
      lookups++;
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const rebinding = createOutbound({ networks: [], resolveName });
    const error = await rebinding
      .ask({ url: `http://rebind.example:${port}/`, origin: 'registry', timeoutMs: 2_000, limitBytes: 100 })
      .catch((reason: unknown) => reason);
    expect(error).toFailWith('ERR_EVIDENCE_ADDRESS_REFUSED');
    expect({ connected, lookups }).toEqual({ connected: 0, lookups: 1 });
    await new Promise((resolve) => server.close(resolve));
  });

  it('with several addresses is connected to at an allowed one alone', async () => {
    const resolveName: ResolveName = (_name, done) =>
      done(null, [
        { address: '127.0.0.9', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const mixed = createOutbound({ networks: ['127.0.0.1/32'], resolveName });
    const url = `http://mixed.example:${double.port}/crl`;
    const answer = await mixed.ask({ url, origin: 'registry', timeoutMs: 5_000, limitBytes: 3 });
    expect(answer.length).toBe(3);
  });

  it.each([
    ['delay', 'ERR_EVIDENCE_TIMEOUT'],
    ['drip', 'ERR_EVIDENCE_TIMEOUT'],
    ['close', 'ERR_EVIDENCE_UNREACHABLE'],
    ['cut', 'ERR_EVIDENCE_UNREACHABLE'],
    ['500', 'ERR_EVIDENCE_STATUS'],
    ['404', 'ERR_EVIDENCE_STATUS'],
    ['oversized', 'ERR_EVIDENCE_TOO_LARGE'],
    ['endless', 'ERR_EVIDENCE_TOO_LARGE'],
    ['compressed', 'ERR_EVIDENCE_MALFORMED'],
    ['redirect-loop', 'ERR_EVIDENCE_STATUS'],
    ['redirect-inside', 'ERR_EVIDENCE_REJECTED'],
  ] as const)('that does this: %s, is a coded failure', async (how, code) => {
    double.misbehaviour = how;
    try {
      expect(await ask(double.url('/crl'), { timeoutMs: how === 'delay' || how === 'drip' ? 300 : 10_000 })).toFailWith(
        code,
      );
    } finally {
      double.misbehaviour = undefined;
    }
  });

  it('that is not there is a coded failure', async () => {
    const gone = await SourceDouble.start();
    const url = gone.url('/crl');
    await gone.stop();
    expect(await ask(url)).toFailWith('ERR_EVIDENCE_UNREACHABLE');
    const noName = createOutbound({ networks: [], resolveName: (_name, done) => done(new Error('ENOTFOUND'), []) });
    const error = await noName
      .ask({ url: 'http://nowhere.example/', origin: 'registry', timeoutMs: 1_000, limitBytes: 1 })
      .catch((reason: unknown) => reason);
    expect(error).toFailWith('ERR_EVIDENCE_UNREACHABLE');
  });

  it('is followed where it has moved to, three times at most', async () => {
    double.serve('/moved', () => ({ status: 301, headers: { location: '/crl' } }));
    expect(await ask(double.url('/moved'))).toMatchObject({ length: 3 });
  });

  it('is not asked by more at once than it can bear', async () => {
    let running = 0;
    let most = 0;
    const server = createServer((_request, response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running--;
        response.end('x');
      }, 30);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const two = createOutbound({ networks: ['127.0.0.1'], perHost: 2 });
    const url = `http://127.0.0.1:${port}/`;
    await Promise.all(
      Array.from({ length: 8 }, () => two.ask({ url, origin: 'registry', timeoutMs: 20_000, limitBytes: 10 })),
    );
    expect(most).toBe(2);
    await new Promise((resolve) => server.close(resolve));
  });
});
