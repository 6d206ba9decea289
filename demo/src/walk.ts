#!/usr/bin/env node
// The journeys of the demonstration in the terminal, on ports and in a folder of their own. Exits 0 when all went as it must.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { loginToBeSigned } from '@onelock/core/login';
import { diagnose } from '@onelock/sdk';
import { createServiceClient } from './service-client.ts';
import { type RunningStack, startStack } from './stack.ts';
import { openTab, webSocketOf } from './walk/browser-tab.ts';
import {
  comeAsStranger,
  forgeLogin,
  type Identity,
  logInAndSign,
  mistype,
  replay,
  tamper,
  type Walker,
} from './walk/journeys.ts';
import { createPerson } from './walk/person.ts';
import { createStory, type Story } from './walk/story.ts';

/** By http, and not on this computer: refused before a word is spoken. */
const hostileOrigin = 'http://hostile.example';

async function walk(story: Story, stack: RunningStack): Promise<void> {
  const { manifest } = stack.province;
  const person = createPerson(stack);
  const tab = openTab(stack.site.url, stack.agent.port);

  story.chapter('连接代理', 'Finding the agent');
  const client = await tab.connect();
  story.tell(
    `代理 ${client.agent.product} ${client.agent.productVersion}，契约 ${client.agent.contractVersion}`,
    `Agent found at ${stack.agent.url}`,
  );
  const [{ identities }, asked] = await Promise.all([client.listCertificates(), person.allowSite()]);
  story.tell('本人在代理窗口中允许了此网站', 'The person allowed this site in the agent’s window');
  story.check('origin', stack.site.url, asked);
  for (const identity of identities) {
    const state = identity.validity === 'valid' ? '有效期内 / in date' : '已过期 / expired';
    story.tell(
      `· ${identity.subjectIdentity?.organization ?? identity.label}`,
      `  ${identity.signing?.publicKey.algorithm ?? '?'} · ${identity.deviceLabel} · ${state}`,
    );
  }
  const walker: Walker = { story, person, tab, client, pin: manifest.pin };
  const pick = (device: string, validity: Identity['validity'] = 'valid'): Identity => {
    const found = identities.find((identity) => identity.deviceLabel === device && identity.validity === validity);
    if (found === undefined) throw new Error(`no certificate on ${device}`);
    return found;
  };
  const deviceOf = (keys: string): string => manifest.softTokens.find((token) => token.keys === keys)?.label ?? '';
  const sm2 = pick(deviceOf('sm2-dual'));
  const rsa = pick(manifest.softHsm?.label ?? deviceOf('rsa'));

  story.chapter('国密 SM2 双证书：登录与签名', 'SM2 dual certificate: log in and sign');
  const travelled = await logInAndSign(walker, 'sm2', sm2);
  story.chapter('改动一个字节', 'One byte changed');
  await tamper(walker, travelled);

  const where = manifest.softHsm === null ? '文件密钥' : 'SoftHSM2';
  story.chapter(
    `RSA（${where}，PKCS#11）：登录与签名`,
    `RSA (${manifest.softHsm === null ? 'file token' : 'SoftHSM2 over PKCS#11'}): log in and sign`,
  );
  await logInAndSign(walker, 'rsa', rsa);

  story.chapter('重放登录令牌', 'A login token used twice');
  await replay(walker, travelled, createServiceClient(stack.service.url, stack.callers.platformToken));
  story.chapter('PIN 输错', 'A wrong PIN');
  await mistype(walker, sm2);
  story.chapter('冒充登录', 'A login asked for as a signature');
  const ops = createNodeCrypto();
  const { certificate } = await client.getCertificate({ key: sm2.key, usage: 'sign' });
  const statement = {
    purpose: 'login',
    origin: 'https://bank.example',
    challenge: ops.random(32),
    certificate,
    digest: 'sm3',
  } as const;
  await forgeLogin(walker, sm2, loginToBeSigned(statement, ops));
  story.chapter('未登记机构的证书', 'A certificate of an unregistered authority');
  await comeAsStranger(walker, pick(deviceOf('sm2-trouble')));

  story.chapter('恶意网站', 'A hostile site');
  const hostile = await diagnose({
    ports: [stack.agent.port],
    WebSocket: webSocketOf(hostileOrigin),
    environment: { fetch, location: { origin: hostileOrigin } },
  });
  if (hostile.error !== null) story.reason(hostile.error);
  story.check('hostile-origin', 'origin-refused', hostile.layer);
  client.close();
  person.leave();
}

const usage = `用法 / usage: onelock demo [--json]

  在终端里走一遍登录、签名、验证与各种拒绝 / walks through log-in, signature, verification and refusals in the terminal
  退出码 / exit status: 0 全部符合预期 all as expected, 1 有不符 something differs, 2 用法有误 wrong use
`;

/** Undefined: wrong use, which has been said. */
function readArguments(): { readonly json: boolean; readonly help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const values = readArguments();
  if (values === undefined) return 2;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const story = createStory((text) => (values.json ? process.stderr : process.stdout).write(text));
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-demo-'));
  let stack: RunningStack | undefined;
  try {
    story.chapter('启动', 'Starting');
    stack = await startStack({
      folder,
      ports: { service: 0, site: 0, agent: [0] },
      agentShell: 'print',
      softHsm: 'when-found',
      say: (text) => story.tell(...(text.split(' / ') as [string, string])),
    });
    await walk(story, stack);
  } catch (error) {
    // An accident is told with what the programs said of late; the walk has failed, whatever went well before.
    story.check('walk', 'an end', error instanceof Error ? error.message : String(error));
    for (const { program } of stack === undefined ? [] : [stack.service, stack.agent, stack.site])
      process.stderr.write(`── ${program.name}\n${program.lastWords()}\n`);
  } finally {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  const different = story.steps.filter(({ outcome }) => outcome === 'different').length;
  story.chapter(
    different === 0 ? `完成：${story.steps.length} 项全部符合预期` : `完成：${different} 项与预期不符`,
    different === 0 ? `Done: all ${story.steps.length} checks as expected` : `Done: ${different} checks differ`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify({ different, steps: story.steps })}\n`);
  return different === 0 ? 0 : 1;
}

process.exitCode = await main();
