import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import type { UrlOrigin } from './address-rules.ts';
import { createOutbound, joinAnswer, type ResolveName } from './outbound.ts';

/** What the proxy was asked for; whatever it is, it leads to the one server behind it. */
let asked: string[];
let denies: boolean;
let proxy: Server;
let behind: { http: number; https: number };
const servers: Server[] = [];
const resolveName: ResolveName = (name, done) => {
  const known: Record<string, string> = {
    'public.example': '93.184.216.34',
    'private.example': '10.0.0.7',
    'own.example': '127.0.0.1',
  };
  const address = known[name];
  if (address === undefined) done(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), []);
  else done(null, [{ address, family: 4 }]);
};

const listening = async (server: Server): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  behind = { http: 0, https: 0 };
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} host ${request.headers.host}`);
    response.writeHead(denies ? 403 : 200).end('by proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.on('error', () => socket.destroy());
    if (denies) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const inner = connect(behind.https, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(inner).pipe(socket);
    });
    socket.on('close', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  });
  await listening(proxy);
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  [asked, denies] = [[], false];
});

const outbound = (networks: readonly string[] = []) =>
  createOutbound({
    ...{ networks, resolveName },
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  });
const ask = (url: string, more: { origin?: UrlOrigin; networks?: readonly string[]; ca?: string } = {}) =>
  outbound(more.networks)
    .ask({
      ...{ url, origin: more.origin ?? 'registry', timeoutMs: 5_000, limitBytes: 10_000 },
      ...(more.ca && { tls: { ca: [more.ca] } }),
    })
    .catch((error: unknown) => error);

describe('with a proxy', () => {
  it('what an operator listed is asked for by name', async () => {
    const answer = await ask('http://public.example/crl?x=1');
    expect(answer).toMatchObject({ status: 200 });
    expect(asked).toEqual(['GET http://public.example/crl?x=1 host public.example']);
  });

  it('what a certificate names is asked for by the address that was checked', async () => {
    await ask('http://public.example:8080/crl', { origin: 'certificate' });
    expect(asked).toEqual(['GET http://93.184.216.34:8080/crl host public.example:8080']);
  });

  it.each<readonly [string, string, UrlOrigin]>([
    ['a private name that is listed', 'http://private.example/', 'registry'],
    ['a private name of a certificate', 'http://private.example/', 'certificate'],
    ['a private address', 'http://10.1.2.3/', 'registry'],
    ['the address of metadata', 'http://169.254.169.254/', 'certificate'],
    ['loopback', 'https://[::1]/', 'certificate'],
  ])('%s is refused and never reaches it', async (_what, url, origin) => {
    expect(await ask(url, { origin })).toFailWith('ERR_EVIDENCE_ADDRESS_REFUSED');
    expect(asked).toEqual([]);
  });

  it('a name that means nothing here is the proxy’s when it is listed, and nobody’s when a certificate names it', async () => {
    expect(await ask('http://outside.example/')).toMatchObject({ status: 200 });
    expect(await ask('http://outside.example/', { origin: 'certificate' })).toFailWith('ERR_EVIDENCE_UNREACHABLE');
    expect(asked).toHaveLength(1);
  });

  it('networks of our own are reached without it', async () => {
    const port = await listening(createServer((_request, response) => response.end('own')));
    const answer = await ask(`http://own.example:${port}/`, { networks: ['127.0.0.1/32'] });
    if (!(answer instanceof Object && 'chunks' in answer)) throw answer;
    expect(new TextDecoder().decode(joinAnswer(answer as never, 'own'))).toBe('own');
    expect(asked).toEqual([]);
  });

  it('that denies, the source is unreachable, and it says who denied', async () => {
    denies = true;
    expect(await ask('https://public.example/')).toMatchObject({
      code: 'ERR_EVIDENCE_UNREACHABLE',
      params: { cause: 'proxy 403' },
    });
    expect(await ask('http://public.example/')).toFailWith('ERR_EVIDENCE_STATUS');
  });
});

requireReal('OpenSSL', opensslCommand())('HTTPS by a proxy', (openssl) => {
  it('goes through a tunnel, and the server is verified by its own name', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-proxy-'));
    const [key, certificate] = [path.join(folder, 'k.pem'), path.join(folder, 'c.pem')];
    execFileSync(
      openssl,
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=x', '-addext', 'subjectAltName=DNS:public.example', '-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    const ca = readFileSync(certificate, 'utf8');
    const server = createHttpsServer({ key: readFileSync(key), cert: ca }, (_request, response) => response.end('tls'));
    behind.https = await listening(server as unknown as Server);
    rmSync(folder, { recursive: true });
    expect(await ask('https://public.example/', { ca })).toMatchObject({ status: 200 });
    expect(asked).toEqual(['CONNECT public.example:443']);
    // Another name, or nobody who vouches: no answer, whatever the proxy says.
    expect(await ask('https://outside.example/', { ca })).toFailWith('ERR_EVIDENCE_UNREACHABLE');
    expect(await ask('https://public.example/')).toFailWith('ERR_EVIDENCE_UNREACHABLE');
  });
});
