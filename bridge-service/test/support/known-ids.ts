import { createHash } from 'node:crypto';
import { makeLoginToken, pem } from './pki.ts';
import type { TestService } from './service.ts';

/** Ids of records that are there, by their prefix. */
export type KnownIds = Readonly<Record<string, string>>;

type Made = Readonly<Record<string, unknown>> & { readonly id: string; readonly requestId: string };

/**
 * One record of every kind that a path can name, so that requests get beyond the path: the platform's own (log-in, application, bid opening, webhook,
 * message, request) belong to `platform`.
 */
export async function layRecords(service: TestService, platform: string, origin: string): Promise<KnownIds> {
  const { administrator } = service;
  const operator = await service.caller('operator');
  const made = async (url: string, body: object, token = administrator, method = 'POST'): Promise<Made> => {
    const answer = await service.call(method, url, { token, body });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${JSON.stringify(answer.body)}`);
    return { ...answer.body, requestId: String(answer.headers['x-request-id']) };
  };
  const read = async (url: string, token: string) => (await service.call('GET', url, { token })).body;
  const clr = (await read('/v1/callers/self', platform)).id;
  const ca = await made('/v1/cas', {
    ...{ name: 'known', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const crt = await made('/v1/certificates', { certificate: pem('sm2/leaf') });
  const com = String(crt.companyId);
  const sea = await made('/v1/seals', { companyId: com, code: '5201000012345', name: '公章', kind: 'company' });
  const chg = await made('/v1/change-sets', {
    ...{ title: '变更', reason: '试验', operations: [{ kind: 'ca.update', id: ca.id, name: 'renamed' }] },
  });
  const opening = { title: '开标', startsAt: '2027-06-01T01:00:00Z', endsAt: '2027-06-01T02:00:00Z' };
  const opn = await made('/v1/bid-openings', opening, platform);
  const sha256 = createHash('sha256').update('none').digest('hex');
  const imp = await made('/v1/imports', { name: '存量.csv', size: 4, sha256 });
  const product = {
    ...{ code: 'one', title: '证书', keySpec: 'sm2', variant: 'single', validDays: 730 },
    ...{ priceFen: 20_000, renewalPriceFen: 15_000, expectedMinutes: 30 },
  };
  const enrolment = {
    ...{ state: 'open', public: true, protocol: 'est', url: 'https://ca.example.cn/.well-known/est' },
    ...{ credential: { kind: 'none' }, serverAnchors: [], products: [product], notice: '' },
  };
  await made(`/v1/cas/${ca.id}/enrolment`, enrolment, administrator, 'PUT');
  const { creditCode, name } = await read(`/v1/companies/${com}`, administrator);
  const wish = { kind: 'new', caId: ca.id, product: 'one', applicant: { name: '张三' }, company: { creditCode, name } };
  const app = await made('/v1/applications', wish, platform);
  const entry = {
    ...{ kind: 'company', value: creditCode, action: 'alert', reason: '调查', evidence: '〔2026〕12 号' },
    expiresAt: '2027-07-01T00:00:00Z',
  };
  const wat = await made('/v1/watchlist', entry, operator);
  await made(`/v1/watchlist/${wat.id}/decision`, { decision: 'approve' });
  const whk = await made('/v1/webhooks', { name: '监管', url: 'https://supervision.example.cn/hook' });
  const profile = {
    ...{ contacts: [], keys: [], requestsPerMinute: null },
    webhooks: [{ url: `${origin}/hook`, events: ['ca.changed'] }],
  };
  await made(`/v1/platforms/${clr}/profile`, profile, administrator, 'PUT');
  const [pwh] = (await read(`/v1/platforms/${clr}/webhooks`, platform)).items;
  await made(`/v1/platforms/${clr}/webhooks/${pwh.id}/test`, {}, platform);
  const [msg] = (await read(`/v1/platforms/${clr}/webhook-messages`, platform)).items;
  const oic = await made('/v1/oidc-clients', {
    ...{ platformId: clr, name: 'x', kind: 'confidential', redirectUris: [`${origin}/back`] },
  });
  const challenge = await made('/v1/challenges', { origin }, platform);
  const token = makeLoginToken(service.ports.ops, {
    ...{ certificate: 'sm2/leaf', key: 'sm2/leaf', origin },
    challenge: new Uint8Array(Buffer.from(String(challenge.challenge), 'base64')),
  });
  const lgn = await made('/v1/logins', { token }, platform);
  const person = await made('/v1/console-users', {
    ...{ name: '李四', role: 'operator', key: { certificate: pem('rsa/leaf'), kind: 'certificate' } },
  });
  const [cky] = (await read(`/v1/console-users/${person.id}`, administrator)).keys;
  const [evt] = (await read('/v1/alerts', administrator)).items;
  return {
    ...{ clr, com, ca: ca.id, crt: crt.id, sea: sea.id, chg: chg.id, opn: opn.id, imp: imp.id, app: app.id },
    ...{ wat: wat.id, whk: whk.id, pwh: pwh.id, msg: msg.id, oic: oic.id, lgn: lgn.id, evt: evt.id },
    ...{ req: lgn.requestId, sequence: '1', person: person.id, cky: cky.id },
  };
}
