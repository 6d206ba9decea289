import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, utf8Encode } from '@onelock/core/bytes';
import { checkSigners, parseSignedData, prepareSignedData } from '@onelock/core/cms';
import type { Result } from '@onelock/core/contract';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { beginsWithLoginTag, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LaunchedChromium, launchChromium } from '../../tools/src/test-setup/chromium.ts';
import { chromiumExecutable, opensslCommand, softHsmLibrary } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startAgentOfTest } from './support/agent-of-test.ts';
import { type AgentProcess, startAgentProcess } from './support/agent-process.ts';
import { failure } from './support/failure.ts';
import { connectPage, type PageConnection, site } from './support/page-connection.ts';
import { makeSoftHsmToken, makeSoftToken, pin, type SoftTokens, testDer } from './support/tokens.ts';
import { finalText, Person } from './support/windows.ts';

type Identity = Result<'listCertificates'>['identities'][number];

const ops = createNodeCrypto();
const bid = utf8Encode('投标文件：S312 省道改扩建工程第二标段');
const chromium = requireReal('Chromium', chromiumExecutable());
const softHsm = requireReal('SoftHSM2', softHsmLibrary());
const openssl = requireReal('OpenSSL', opensslCommand());

/** Logs in and signs with one key as a trading page does, the person confirming each act in a real browser. */
async function logInAndSign(page: PageConnection, person: Person, identity: Identity): Promise<void> {
  const challenge = ops.random(32);
  const login = page.call('authenticate', { key: identity.key, challenge });
  await person.typePin(pin);
  const token = await login;
  const certificate = parseCertificate(token.certificate);
  const scheme = loginScheme(certificate.publicKey);
  const statement = {
    purpose: 'login',
    origin: site,
    challenge,
    certificate: certificate.der,
    digest: scheme.digest,
  } as const;
  expect(token).toMatchObject({ version: 1, origin: site, challenge, algorithm: scheme.id });
  expect(ops.verify(certificate.publicKey, scheme.signature, loginToBeSigned(statement, ops), token.signature)).toBe(
    true,
  );

  for (const form of ['attached', 'detached'] as const) {
    const signing = page.call('signMessage', {
      key: identity.key,
      content: bid,
      form,
      display: { title: '投标文件签名', summary: '第二标段' },
    });
    await person.typePin(pin);
    const signed = await signing;
    const message = parseSignedData(signed.message);
    expect(message.content).toEqual(form === 'attached' ? bid : null);
    const [check] = checkSigners(message, { content: bid }, ops);
    expect(check?.verdict).toEqual({ indication: 'passed' });
    const info = await page.call('getMessageInfo', { message: signed.message });
    expect(info.family).toBe(scheme.id === 'SM2-SM3' ? 'gm' : 'pkcs7');
    expect(info.signers[0]?.signingTime).toBe(signed.signingTime);
  }
}

chromium('a bidder with a file token', (executable) => {
  let tokens: SoftTokens;
  let agent: AgentProcess;
  let browser: LaunchedChromium;
  let person: Person;
  let page: PageConnection;
  let identities: readonly Identity[];

  beforeAll(async () => {
    tokens = await makeSoftToken();
    agent = await startAgentProcess({ drivers: [tokens.driver] });
    browser = await launchChromium(executable);
    person = new Person(agent, browser.context);
    page = await connectPage(agent.port);
  });

  afterAll(async () => {
    await page.close();
    await browser.close();
    expect(await agent.stop()).toBe(0);
    tokens.cleanUp();
  });

  it('allows the site once; calls made meanwhile wait for the same window', async () => {
    const calls = [page.call('listCertificates', {}), page.call('listCertificates', {}), page.call('listDrivers', {})];
    await person.allowSite();
    const [listed] = await Promise.all(calls);
    identities = (listed as Result<'listCertificates'>).identities;
    expect(agent.unopenedWindows()).toEqual([]);
    expect(identities.map(({ signing, encryption }) => [signing?.publicKey.algorithm, encryption !== null])).toEqual([
      ['sm2', true],
      ['rsa', false],
    ]);
  });

  it('logs in and signs with SM2', async () => {
    await logInAndSign(page, person, identities[0] as Identity);
  });

  it('logs in and signs with RSA', async () => {
    await logInAndSign(page, person, identities[1] as Identity);
  });

  it('picks a certificate in the window, where none is chosen beforehand', async () => {
    const picking = page.call('selectCertificate', { purpose: 'sign' });
    const window = await person.open();
    expect(await window.locator('input:checked').count()).toBe(0);
    expect(await window.locator('button.primary').getAttribute('aria-disabled')).toBe('true');
    await window.getByRole('radio').nth(1).check();
    await window.getByRole('button', { name: '使用所选证书' }).click();
    expect((await picking).identity.key).toBe(identities[1]?.key);
    await window.close();
  });

  it('sees only keys that fit what is asked for', async () => {
    const { identities: rsa } = await page.call('listCertificates', { filter: { algorithms: ['rsa'] } });
    expect(rsa.map(({ label }) => label)).toEqual(['RSA']);
    const { identities: encrypting } = await page.call('listCertificates', { filter: { usage: 'encrypt' } });
    expect(encrypting.map(({ label }) => label)).toEqual(['SM2']);
    const { identities: others } = await page.call('listCertificates', { filter: { issuer: 'no such CA' } });
    expect(others).toEqual([]);
  });

  it('exports certificates and reads them', async () => {
    const key = identities[0]?.key ?? '';
    const { certificate } = await page.call('getCertificate', { key, usage: 'encrypt' });
    expect(certificate).toEqual(testDer('sm2/encrypt.pem'));
    const info = await page.call('getCertificateInfo', { certificate });
    expect(info.publicKey).toEqual({ algorithm: 'sm2', curve: 'sm2', bits: 256 });
    await expect(
      failure(page.call('getCertificate', { key: identities[1]?.key ?? '', usage: 'encrypt' })),
    ).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
  });

  it('gives another site other handles, and refuses those of the first', async () => {
    const other = await connectPage(agent.port, { origin: 'https://other.example.gov.cn' });
    const listing = other.call('listCertificates', {});
    await person.allowSite();
    const theirs = (await listing).identities.map(({ key }) => key);
    const ours = identities.map(({ key }) => key);
    expect(theirs.filter((key) => ours.includes(key))).toEqual([]);
    for (const key of ours) {
      for (const attempt of [
        failure(other.call('signData', { key, data: bid })),
        failure(other.call('authenticate', { key, challenge: ops.random(32) })),
        failure(other.call('getPinStatus', { key })),
        failure(other.call('getCertificate', { key, usage: 'sign' })),
        failure(other.call('openKeySession', { key, purposes: ['sign'] })),
        failure(other.call('getDeviceInfo', { device: identities[0]?.device ?? '' })),
      ])
        await expect(attempt).resolves.toFailWith('ERR_TOKEN_HANDLE_STALE');
    }
    expect(agent.unopenedWindows()).toEqual([]);
    await other.close();
  });

  it('refuses a site, which may then not ask again for a while; another site is not concerned', async () => {
    const refused = await connectPage(agent.port, { origin: 'https://phishing.example' });
    const asking = failure(refused.call('listCertificates', {}));
    const window = await person.open();
    await window.getByText('https://').waitFor();
    await window.getByRole('button', { name: '拒绝' }).click();
    expect(await asking).toFailWith('ERR_AGENT_ORIGIN_DENIED');
    expect(await finalText(window)).toContain('已拒绝该网站');
    await window.close();
    expect(await failure(refused.call('listDevices', {}))).toFailWith('ERR_AGENT_ORIGIN_DENIED');
    expect(agent.unopenedWindows()).toEqual([]);
    expect((await page.call('listDevices', {})).devices.length).toBe(1);
    await refused.close();
  });

  it('is never made to sign a login through signData or signMessage, whatever is built around it', async () => {
    const certificate = testDer('sm2/leaf.pem');
    const forged = loginToBeSigned(
      { purpose: 'login', origin: 'https://bank.example', challenge: ops.random(32), certificate, digest: 'sm3' },
      ops,
    );
    expect(beginsWithLoginTag(forged)).toBe(true);
    for (const { key } of identities) {
      const tries = [
        failure(page.call('signData', { key, data: forged })),
        failure(page.call('signData', { key, data: forged.subarray(0, 16) })),
        failure(page.call('signMessage', { key, content: forged })),
        failure(page.call('signMessage', { key, content: forged, form: 'attached' })),
      ];
      for (const attempt of tries) await expect(attempt).resolves.toFailWith('ERR_LOGIN_TOKEN_FORBIDDEN_INPUT');
    }
    expect(agent.unopenedWindows()).toEqual([]);
  });

  it('is never made to sign a message over other content than the window shows, through signData', async () => {
    for (const { key, signing } of identities) {
      const family = signing?.publicKey.algorithm === 'sm2' ? 'sm2' : 'rsa';
      const certificate = parseCertificate(testDer(`${family}/leaf.pem`));
      const content = utf8Encode('another bid');
      const { toBeSigned } = prepareSignedData({ content, detached: true, certificate, signingTime: new Date(0) }, ops);
      const attempt = failure(page.call('signData', { key, data: toBeSigned }));
      await expect(attempt).resolves.toFailWith('ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT');
    }
    expect(agent.unopenedWindows()).toEqual([]);
  });

  it('digests data, with ZA for SM2', async () => {
    const { digest } = await page.call('digestData', { data: utf8Encode('abc'), algorithm: 'sm3' });
    expect(Buffer.from(digest).toString('hex')).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
    const za = { certificate: testDer('sm2/leaf.pem') };
    const withZa = await page.call('digestData', { data: bid, algorithm: 'sm3', za });
    expect(withZa.length).toBe(32);
    await expect(failure(page.call('digestData', { data: bid, algorithm: 'sha256', za }))).resolves.toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
  });

  it('gets random bytes, and is told from where', async () => {
    const { device } = identities[0] as Identity;
    expect(await page.call('generateRandom', { length: 48, device })).toMatchObject({ source: 'token' });
    const own = await page.call('generateRandom', { length: 48 });
    expect([own.random.length, own.source]).toEqual([48, 'agent']);
  });

  it('refuses an algorithm that does not fit the key', async () => {
    const key = identities[0]?.key ?? '';
    const wrong = failure(page.call('signData', { key, data: bid, algorithm: 'RSA-SHA256' }));
    expect(await wrong).toFailWith('ERR_SIGNATURE_ALGORITHM_MISMATCH');
  });

  openssl('whose raw signatures OpenSSL checks', (command) => {
    it('passes SM2 with the default user id, and r‖s is the same signature', async () => {
      const key = identities[0]?.key ?? '';
      const signing = page.call('signData', { key, data: bid });
      await person.typePin(pin);
      const { signature, algorithm } = await signing;
      expect(algorithm).toBe('SM2-SM3');
      expect(
        opensslVerify(command, 'sm2/leaf.pem', signature, [
          '-rawin',
          '-digest',
          'sm3',
          '-pkeyopt',
          'distid:1234567812345678',
        ]),
      ).toContain('Signature Verified Successfully');
      const raw = page.call('signData', { key, data: bid, encoding: 'raw' });
      await person.typePin(pin);
      expect((await raw).signature.length).toBe(64);
    });

    it('passes RSA with PKCS#1 v1.5 and with PSS', async () => {
      const key = identities[1]?.key ?? '';
      const plain = page.call('signData', { key, data: bid });
      await person.typePin(pin);
      const options = ['-rawin', '-digest', 'sha256'];
      expect(opensslVerify(command, 'rsa/leaf.pem', (await plain).signature, options)).toContain('Successfully');
      const pss = page.call('signData', { key, data: bid, algorithm: 'RSA-PSS-SHA384' });
      await person.typePin(pin);
      const pssOptions = [
        '-rawin',
        '-digest',
        'sha384',
        '-pkeyopt',
        'rsa_padding_mode:pss',
        '-pkeyopt',
        'rsa_pss_saltlen:48',
      ];
      expect(opensslVerify(command, 'rsa/leaf.pem', (await pss).signature, pssOptions)).toContain('Successfully');
    });
  });

  it('never finds the PIN, a document or a handle in the log', () => {
    const log = agent.log();
    expect(log).toContain('"call":"signMessage"');
    for (const secret of [pin, Buffer.from(bid).toString('base64'), '投标文件', 'k1_', 'd1_'])
      expect(log).not.toContain(secret);
  });
});

chromium('a bidder with a key behind PKCS#11', (executable) => {
  softHsm('which is SoftHSM2', (library) => {
    it('logs in and signs with RSA', async () => {
      const token = await makeSoftHsmToken(library);
      const agent = await startAgentOfTest({ drivers: [token.driver] });
      const browser = await launchChromium(executable);
      const person = new Person(agent, browser.context);
      const page = await connectPage(agent.port);
      try {
        const listing = page.call('listCertificates', {});
        await person.allowSite();
        const { identities, incomplete } = await listing;
        expect(incomplete).toEqual([]);
        expect(identities.map(({ signing }) => signing?.publicKey)).toEqual([
          { algorithm: 'rsa', curve: null, bits: 2048 },
        ]);
        await logInAndSign(page, person, identities[0] as Identity);
      } finally {
        await page.close();
        await browser.close();
        expect(await agent.stop()).toBe(0);
        token.cleanUp();
      }
    });
  });
});

describe('developer mode', () => {
  it('admits http on loopback, and nothing else without https', async () => {
    const agent = await startAgentOfTest({ environment: { ONELOCK_AGENT_DEVELOPER: '1' } });
    const page = await connectPage(agent.port, { origin: 'http://127.0.0.1:18961' });
    expect(await page.call('getAgentInfo', {})).toMatchObject({ developerMode: true });
    await page.close();
    for (const origin of ['http://192.168.1.5', 'http://localhost.evil.example', 'http://[::1]:80', 'null'])
      await expect(connectPage(agent.port, { origin })).rejects.toThrow('403');
    expect(await agent.stop()).toBe(0);
  });
});

function opensslVerify(
  command: string,
  certificate: string,
  signature: Uint8Array,
  options: readonly string[],
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-verify-'));
  const file = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  };
  try {
    const key = file('key.pem', encodePem('PUBLIC KEY', parseCertificate(testDer(certificate)).spki));
    return execFileSync(
      command,
      [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        key,
        '-in',
        file('data', bid),
        '-sigfile',
        file('sig', signature),
        ...options,
      ],
      { encoding: 'utf8' },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
