import {
  authenticate,
  bytesToBase64,
  type LoginToken,
  type OneLockClient,
  type Result,
  signMessage,
} from '@onelock/sdk';
import type { ServiceClient } from '../service-client.ts';
import type {
  ChallengeFacts,
  DocumentFacts,
  LoginFacts,
  MessageFacts,
  SignatureFacts,
  VerdictFacts,
} from '../trading-site/site-api.ts';
import type { BrowserTab } from './browser-tab.ts';
import type { Person } from './person.ts';
import { refusalOf, type Story } from './story.ts';

export type Identity = Result<'listCertificates'>['identities'][number];

/** Who walks, where, with what. */
export interface Walker {
  readonly story: Story;
  readonly person: Person;
  readonly tab: BrowserTab;
  readonly client: OneLockClient;
  readonly pin: string;
}

/** What a finished journey leaves for the next ones to try their teeth on. */
export interface Travelled {
  readonly identity: Identity;
  readonly token: LoginToken;
  readonly document: DocumentFacts;
}

const bidLetter = '投标函（演示）：我方愿以人民币叁仟贰佰壹拾伍万捌仟元整承包本工程。\n';

/** Logs in with a key and signs a bid with it; the service judges both. */
export async function logInAndSign(walker: Walker, id: string, identity: Identity): Promise<Travelled> {
  const { story, person, tab, client, pin } = walker;
  const company = identity.subjectIdentity?.organization ?? identity.label;
  story.tell(`用“${identity.deviceLabel}”登录：${company}`, `Logging in with the key “${identity.deviceLabel}”`);
  const token = await mintLoginToken(walker, identity);
  const login = await tab.post<LoginFacts>('/api/login', { token });
  tellVerdict(story, login);
  story.check(`${id}.login`, 'passed', login.indication);
  const code = login.identity?.unifiedSocialCreditCode;
  story.tell(
    `登录者：${login.identity?.organization ?? '—'}，统一社会信用代码 ${code?.value ?? '—'}`,
    `The service says who it is, with code ${code?.value ?? '—'}`,
  );
  story.check(
    `${id}.code`,
    'check character right',
    code?.checkDigitValid === true ? 'check character right' : 'wrong or absent',
  );

  story.tell('签署投标函，由互认服务裁决', 'Signing a bid letter; the service judges');
  const content = new TextEncoder().encode(bidLetter);
  const document = await tab.post<DocumentFacts>('/api/documents', {
    name: '投标函.txt',
    content: bytesToBase64(content),
  });
  const signing = signMessage(client, {
    content,
    key: identity.key,
    display: { title: '签署投标文件', summary: document.name },
  });
  const [{ message, algorithm }, window] = await Promise.all([signing, person.confirm(pin)]);
  story.tell(
    `确认窗口显示的摘要 ${window.question.content?.digest.hex.slice(0, 16) ?? '—'}…，签名算法 ${algorithm}`,
    `The window showed the digest; signature algorithm ${algorithm}`,
  );
  const signed = await tab.post<SignatureFacts>(`/api/documents/${document.id}/signature`, {
    message: bytesToBase64(message),
  });
  tellVerdict(story, signed.report);
  story.check(`${id}.signature`, 'passed', signed.report.indication);
  story.check(`${id}.signer`, 'who-is-logged-in', signed.signedBy);
  return { identity, token, document };
}

export async function mintLoginToken({ tab, client, person, pin }: Walker, identity: Identity): Promise<LoginToken> {
  const { challenge } = await tab.post<ChallengeFacts>('/api/login/challenge', {});
  const minting = authenticate(client, { challenge, key: identity.key, display: { title: '投标人登录' } });
  const [token] = await Promise.all([minting, person.confirm(pin)]);
  return token;
}

/** A document of which one byte was changed fails, and says why. */
export async function tamper({ story, tab }: Walker, { document }: Travelled): Promise<void> {
  const report = await tab.post<MessageFacts>(`/api/documents/${document.id}/tampering`, {});
  tellVerdict(story, report);
  story.check('tampered', 'failed ERR_CMS_DIGEST_MISMATCH', `${report.indication} ${report.reason?.code ?? ''}`);
}

/** A token that was used once is worth nothing again, neither to the site nor to the service itself. */
export async function replay({ story, tab }: Walker, { token }: Travelled, service: ServiceClient): Promise<void> {
  const refusal = await refusalOf(tab.post('/api/login', { token }));
  story.reason(refusal);
  story.check('replayed-token.site', 'ERR_LOGIN_CHALLENGE_UNKNOWN', refusal.code);
  const { indication, reason } = await service.post<LoginFacts>('/v1/logins', { token });
  story.check('replayed-token.service', 'failed ERR_LOGIN_CHALLENGE_UNKNOWN', `${indication} ${reason?.code ?? ''}`);
}

/** A wrong PIN costs a try and nothing else; the right one restores the count. */
export async function mistype(walker: Walker, identity: Identity): Promise<void> {
  const { story, person, client } = walker;
  const before = await client.getPinStatus({ key: identity.key });
  const signing = refusalOf(client.signData({ key: identity.key, data: Uint8Array.of(1, 2, 3) }));
  const [refusal, problem] = await Promise.all([signing, person.failAndCancel('135790')]);
  story.reason({ code: problem.code, params: problem.params as Record<string, number> });
  story.check('wrong-pin.window', 'ERR_TOKEN_PIN_INCORRECT', problem.code);
  story.check('wrong-pin.page', 'ERR_USER_CANCELLED', refusal.code);
  const after = await client.getPinStatus({ key: identity.key });
  story.check('wrong-pin.tries', String((before.retriesLeft ?? 0) - 1), String(after.retriesLeft));
}

/** A login may be minted by `authenticate` alone: whatever looks like one is refused everywhere else. */
export async function forgeLogin({ story, client }: Walker, identity: Identity, loginBytes: Uint8Array): Promise<void> {
  for (const [id, act] of [
    ['signData', () => client.signData({ key: identity.key, data: loginBytes })],
    ['signMessage', () => client.signMessage({ key: identity.key, content: loginBytes })],
  ] as const) {
    const refusal = await refusalOf(act());
    story.tell(`经 ${id} 请求签署登录内容：`, `Asking ${id} to sign a login:`);
    story.reason(refusal);
    story.check(`forged-login.${id}`, 'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT', refusal.code);
  }
}

/** A certificate of an authority that nobody registered is no way in. */
export async function comeAsStranger(walker: Walker, identity: Identity): Promise<void> {
  const { story, tab } = walker;
  const token = await mintLoginToken(walker, identity);
  const login = await tab.post<LoginFacts>('/api/login', { token });
  tellVerdict(story, login);
  story.check('stranger', 'not passed', login.indication === 'passed' ? 'passed' : 'not passed');
  story.check('stranger.identity', 'null', String(login.identity));
}

const indications = {
  passed: ['通过', 'passed'],
  failed: ['不通过', 'failed'],
  indeterminate: ['无法判定', 'indeterminate'],
} as const;

export function tellVerdict(story: Story, { indication, reason }: VerdictFacts): void {
  const [zh, en] = indications[indication];
  story.tell(`互认服务裁决：${zh}`, `The service's verdict: ${en}`);
  if (reason !== undefined) story.reason(reason);
}
