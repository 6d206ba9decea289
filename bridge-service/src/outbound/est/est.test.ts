import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../demo/src/province/authorities.ts';
import { certsOnly, inLines } from '../../../../demo/src/test-ca/est-messages.ts';
import { type EstServer, startEstServer } from '../../../../demo/src/test-ca/est-server.ts';
import { opensslCommand } from '../../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../../tools/src/test-setup/require-real.ts';
import { makeRequest, password } from '../../../test/support/applicant.ts';
import type { CaEnrolment } from '../../services/ports/application-records.ts';
import { createOutbound } from '../outbound.ts';
import { createEstDoor } from './est-door.ts';
import { readMultipart } from './multipart.ts';
import { readCertsOnly, readIssued, readRetryAfter } from './read-answer.ts';

const ops = createNodeCrypto();
const now = new Date('2026-06-01T00:00:00Z');
const authority = createAuthority(
  { organization: '试验机构', name: '试验 SM2 CA', keyKind: { kind: 'sm2' } },
  now,
  ops,
);
const failing = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('a multipart answer', () => {
  const part = (type: string, body: string): string => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
  const read = (text: string, type = 'multipart/mixed; boundary=b') =>
    failing(() => readMultipart(type, utf8Encode(text)));

  it('is read with preamble, quoted boundary and line feeds alone', () => {
    const text = `preamble\n${part('a/b; x=1', 'AAAA')}${part('c/d', 'BBBB')}--b--\nepilogue`.replaceAll('\r\n', '\n');
    expect(read(text, 'multipart/mixed; boundary="b"')).toEqual([
      { contentType: 'a/b; x=1', body: 'AAAA' },
      { contentType: 'c/d', body: 'BBBB' },
    ]);
  });

  it.each([
    ['without a boundary', part('a/b', 'A'), 'multipart/mixed'],
    ['cut short', part('a/b', 'A'), 'multipart/mixed; boundary=b'],
    ['of no parts', '--b--', 'multipart/mixed; boundary=b'],
    ['of too many parts', `${part('a/b', 'A').repeat(5)}--b--`, 'multipart/mixed; boundary=b'],
    ['with a part of no type', '--b\r\n\r\nA\r\n--b--', 'multipart/mixed; boundary=b'],
    [
      'with a part of two types',
      '--b\r\ncontent-type: a\r\ncontent-type: b\r\n\r\nA\r\n--b--',
      'multipart/mixed; boundary=b',
    ],
    ['with headers without end', `--b\r\nx: ${'y'.repeat(5_000)}\r\n\r\nA\r\n--b--`, 'multipart/mixed; boundary=b'],
  ])('%s is refused', (_name, text, type) => {
    expect(read(text, type)).toFailWith('ERR_ENROLMENT_ANSWER_MALFORMED');
  });
});

describe('a certs-only answer', () => {
  it('is read with line breaks anywhere, as RFC 8951 asks', () => {
    const base64 = inLines(certsOnly([authority.issuingCertificate]));
    expect(readCertsOnly(` ${base64}\n\n`)).toEqual([authority.issuingCertificate]);
  });

  it.each([
    ['no certificate', toBase64(certsOnly([]))],
    ['seventeen', toBase64(certsOnly(Array(17).fill(authority.issuingCertificate)))],
    ['a certificate bare', toBase64(authority.issuingCertificate)],
    ['text', '<html>'],
  ])('of %s is refused', (_name, text) => {
    expect(failing(() => readCertsOnly(text))).toFailWith('ERR_ENROLMENT_ANSWER_MALFORMED');
  });

  it('as two answers in one is refused', () => {
    const bytes = certsOnly([authority.issuingCertificate]);
    const part = `--b\r\ncontent-type: application/pkcs7-mime\r\n\r\n${inLines(bytes)}\r\n`;
    const read = failing(() => readIssued('multipart/mixed; boundary=b', utf8Encode(`${part}${part}--b--`)));
    expect(read).toFailWith('ERR_ENROLMENT_ANSWER_MALFORMED');
  });

  it('may come later', () => {
    expect(readRetryAfter('120', now)).toBe(120);
    expect(readRetryAfter('Mon, 01 Jun 2026 00:01:00 GMT', now)).toBe(60);
    for (const header of [undefined, '', '-1', '1e9', '99999999999', 'tomorrow'])
      expect(readRetryAfter(header, now)).toBeNull();
  });
});

const enrolment = (url: string, more: Partial<CaEnrolment> = {}): CaEnrolment => ({
  ...{ state: 'open', public: true, protocol: 'est', url, serverAnchors: [], products: [], notice: '' },
  credential: { kind: 'basic', user: 'onelock', secret: 'test-ca' },
  ...more,
});

describe('a credential', () => {
  it('goes to the CA alone: where it sends us to, nobody is asked', async () => {
    const seen: string[] = [];
    const server: Server = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization ?? ''}`);
      response.writeHead(302, { location: '/thief' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const door = createEstDoor({
      ...{ outbound: createOutbound({ networks: ['127.0.0.1/32'] }), clock: () => now, timeoutMs: 2_000 },
      readCredential: () => password,
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/est`;
    const refused = await door.certificates(enrolment(url)).catch((error: unknown) => error);
    expect(refused).toFailWith('ERR_ENROLMENT_CA_UNREACHABLE');
    expect(seen).toEqual([`/est/cacerts Basic ${btoa(`onelock:${password}`)}`]);
    await new Promise((resolve) => server.close(resolve));
  });
});

requireReal('OpenSSL', opensslCommand())('a CA that speaks EST over HTTPS', (openssl) => {
  let folder: string;
  let server: EstServer;
  const file = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  const make = (name: string, subject: string): void => {
    const extension = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key.pem`];
    execFileSync(
      openssl,
      ['req', '-x509', ...key, '-out', `${name}.pem`, '-subj', subject, '-days', '2', ...extension],
      {
        ...{ cwd: folder, stdio: 'ignore' },
      },
    );
  };
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-est-tls-'));
    make('server', '/CN=127.0.0.1');
    make('service', '/CN=onelock');
    server = await startEstServer({
      ...{
        authorities: { sm2: authority },
        user: 'nobody',
        password: 'none',
        host: '127.0.0.1',
        port: 0,
        clock: () => now,
        ops,
      },
      tls: { key: file('server.key.pem'), cert: file('server.pem'), ca: file('service.pem') },
    });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const door = () =>
    createEstDoor({
      ...{ outbound: createOutbound({ networks: ['127.0.0.1/32'] }), clock: () => now, timeoutMs: 5_000 },
      readCredential: (name) => {
        if (!['service.pem', 'service.key.pem'].includes(name))
          throw new CodedError('ERR_ENROLMENT_CREDENTIAL_MISSING', { name });
        return file(name);
      },
    });
  const settings = (more: Partial<CaEnrolment> = {}): CaEnrolment =>
    enrolment(`https://127.0.0.1:${server.port}/sm2/.well-known/est`, {
      ...{ serverAnchors: [file('server.pem')], credential: { kind: 'tls-certificate', secret: 'service' } },
      ...more,
    });

  it('knows the service by its certificate, and is known by its own', async () => {
    const { der } = makeRequest();
    expect(await door().certificates(settings())).toHaveLength(2);
    expect(await door().enrol(settings(), { operation: 'simpleenroll', request: der })).toMatchObject({
      kind: 'issued',
    });
  });

  it('is not spoken to when its certificate is another’s, nor takes whoever brings none', async () => {
    const stranger = await door()
      .certificates(settings({ serverAnchors: [file('service.pem')] }))
      .catch((error: unknown) => error);
    expect(stranger).toFailWith('ERR_ENROLMENT_CA_UNREACHABLE');
    const system = await door()
      .certificates(settings({ serverAnchors: [] }))
      .catch((error: unknown) => error);
    expect(system).toFailWith('ERR_ENROLMENT_CA_UNREACHABLE');
    const nobody = await door()
      .certificates(settings({ credential: { kind: 'none' } }))
      .catch((error: unknown) => error);
    expect(nobody).toFailWith('ERR_ENROLMENT_CREDENTIAL_REFUSED');
    const missing = settings({ credential: { kind: 'tls-certificate', secret: 'lost' } });
    expect(
      await door()
        .certificates(missing)
        .catch((error: unknown) => error),
    ).toFailWith('ERR_ENROLMENT_CREDENTIAL_MISSING');
  });
});
