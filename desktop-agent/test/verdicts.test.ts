import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { parsePrivateKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { type AgentProcess, startAgentProcess } from './support/agent-process.ts';
import { rememberAllowed } from './support/allowed-sites.ts';
import { failure } from './support/failure.ts';
import { connectPage, type PageConnection, site } from './support/page-connection.ts';
import { type ServiceProcess, startService } from './support/service-process.ts';
import { testDer, trustAnchorFiles } from './support/tokens.ts';

const ops = createNodeCrypto();
const data = utf8Encode('投标文件');
const leaf = testDer('sm2/leaf.pem');

/** Signed as the soft token would: raw and as a message. */
function signed(): { readonly signature: Uint8Array; readonly message: Uint8Array } {
  const certificate = parseCertificate(leaf);
  const key = parsePrivateKey(testDer('sm2/leaf.test-key.pem'));
  const prepared = prepareSignedData(
    { content: data, detached: true, certificate, signingTime: new Date('2026-11-01T00:00:00Z') },
    ops,
  );
  return {
    signature: ops.sign(key, prepared.algorithm, data),
    message: prepared.assemble(ops.sign(key, prepared.algorithm, prepared.toBeSigned)),
  };
}

function anchorsFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-anchors-'));
  for (const file of trustAnchorFiles) copyFileSync(file, path.join(folder, file.split('/').slice(-2).join('-')));
  writeFileSync(path.join(folder, 'readme.pem'), 'this is no certificate');
  return folder;
}

async function verdictsOf(page: PageConnection): Promise<readonly (readonly [string, string])[]> {
  const { signature, message } = signed();
  const signedBy = { kind: 'certificate', certificate: leaf } as const;
  const reports = [
    await page.call('validateCertificate', { certificate: leaf }),
    await page.call('verifyData', { data, signature, signedBy }),
    await page.call('verifyData', { data, signature, signedBy, algorithm: 'SM2-SM3', sm2UserId: '1234567812345678' }),
    await page.call('verifyMessage', { message, content: data }),
  ];
  return reports.map(({ indication, checkedBy }) => [indication, checkedBy] as const);
}

const four = (indication: string, checkedBy: string): readonly (readonly [string, string])[] =>
  Array.from({ length: 4 }, () => [indication, checkedBy] as const);

describe('verdicts without a service', () => {
  let agent: AgentProcess;
  let page: PageConnection;
  const folder = anchorsFolder();

  beforeAll(async () => {
    agent = await startAgentProcess({ environment: { ONELOCK_AGENT_TRUST_ANCHORS_DIR: folder } });
    rememberAllowed(agent.stateDir, site);
    page = await connectPage(agent.port);
  });

  afterAll(async () => {
    await page.close();
    expect(await agent.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('are the agent’s own, by its local anchors, and say so', async () => {
    expect(await verdictsOf(page)).toEqual(four('passed', 'agent'));
    expect(agent.log()).toContain('readme.pem');
  });

  it('name the reason when something is wrong', async () => {
    const { signature, message } = signed();
    const expired = await page.call('validateCertificate', { certificate: testDer('rsa/expired.pem') });
    expect(expired).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_EXPIRED' } });
    const stranger = await page.call('validateCertificate', { certificate: testDer('p256/leaf.pem') });
    expect(stranger).toMatchObject({ indication: 'failed', reason: { code: 'ERR_PATH_UNKNOWN_ISSUER' } });
    const other = utf8Encode('another bid');
    const signedBy = { kind: 'certificate', certificate: leaf } as const;
    expect(await page.call('verifyData', { data: other, signature, signedBy })).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_SIGNATURE_INVALID' },
    });
    expect(await page.call('verifyMessage', { message, content: other })).toMatchObject({ indication: 'failed' });
    const key = { kind: 'public-key', publicKey: parseCertificate(leaf).spki } as const;
    expect(await page.call('verifyData', { data, signature, signedBy: key })).toMatchObject({
      indication: 'passed',
      certificate: null,
    });
    const garbled = await page.call('verifyData', {
      data,
      signature: new Uint8Array(64).fill(0xff),
      signedBy,
      encoding: 'raw',
    });
    expect(garbled.indication).toBe('failed');
  });

  it('can be asked for another moment', async () => {
    const then = await page.call('validateCertificate', {
      certificate: testDer('rsa/expired.pem'),
      at: '2020-06-01T00:00:00Z',
    });
    expect(then.indication).toBe('passed');
  });

  it('are not given on what cannot be read: that is an error with the place', async () => {
    const damaged = leaf.slice();
    damaged[1] = 0x85;
    for (const attempt of [
      page.call('validateCertificate', { certificate: damaged }),
      page.call('getCertificateInfo', { certificate: damaged }),
      page.call('getSubjectIdentity', { certificate: damaged }),
    ].map(failure))
      expect(String(await attempt)).toMatch(/ERR_(?:X509|DER)_/);
    expect(String(await failure(page.call('verifyMessage', { message: new Uint8Array(32) })))).toMatch(
      /ERR_(?:CMS|DER)_/,
    );
  });
});

describe('verdicts with a service', () => {
  let service: ServiceProcess;
  let agent: AgentProcess;
  let page: PageConnection;

  beforeAll(async () => {
    service = await startService();
    agent = await startAgentProcess({
      environment: { ONELOCK_AGENT_SERVICE_URL: service.url, ONELOCK_AGENT_SERVICE_TOKEN: service.agentToken },
    });
    rememberAllowed(agent.stateDir, site);
    page = await connectPage(agent.port);
  });

  afterAll(async () => {
    await page.close();
    expect(await agent.stop()).toBe(0);
    await service.cleanUp();
  });

  it('are the service’s', async () => {
    expect(await verdictsOf(page)).toEqual(four('passed', 'service'));
    const { checks } = await page.call('checkEnvironment', { checks: ['service'] });
    expect(checks[0]?.state).toBe('ok');
    expect(agent.log()).not.toContain('the agent does');
  });

  it('pass on what the service says of damaged input', async () => {
    const damaged = leaf.slice();
    damaged[1] = 0x85;
    expect(String(await failure(page.call('validateCertificate', { certificate: damaged })))).toMatch(
      /ERR_(?:X509|DER)_/,
    );
  });

  it('go on without it when it is lost, saying whose they are, and return to it when it is back', async () => {
    await service.kill();
    const lost = page.nextEvent('agentStatusChanged', 60_000);
    // No anchors here: the agent cannot know, and does not pretend to.
    const begun = performance.now();
    const [first] = await verdictsOf(page);
    expect(first).toEqual(['indeterminate', 'agent']);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(await lost).toMatchObject({ change: 'service-lost', reason: { code: 'ERR_SERVICE_UNAVAILABLE' } });
    const { checks } = await page.call('checkEnvironment', { checks: ['service'] });
    expect(checks[0]).toMatchObject({ state: 'attention', cause: { code: 'ERR_SERVICE_UNAVAILABLE' } });
    await service.restart();
    expect(await page.nextEvent('agentStatusChanged', 60_000)).toMatchObject({ change: 'service-restored' });
    expect(await verdictsOf(page)).toEqual(four('passed', 'service'));
  });
});

describe('a service that never answers', () => {
  it('costs five seconds, not the call', async () => {
    const silent: Server = createServer((request, response) => {
      // Healthy on the face of it, and then silence.
      if (request.url === '/healthz') response.end('{}');
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const agent = await startAgentOfTest({
      environment: { ONELOCK_AGENT_SERVICE_URL: url, ONELOCK_AGENT_SERVICE_TOKEN: 'x' },
    });
    rememberAllowed(agent.stateDir, site);
    const page = await connectPage(agent.port);
    const begun = performance.now();
    expect(await page.call('validateCertificate', { certificate: leaf })).toMatchObject({
      indication: 'indeterminate',
      checkedBy: 'agent',
    });
    expect(performance.now() - begun).toBeGreaterThan(4_500);
    expect(performance.now() - begun).toBeLessThan(45_000);
    await page.close();
    expect(await agent.stop()).toBe(0);
    silent.closeAllConnections();
    silent.close();
  });
});
