import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePem, fromBase64, toBase64, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { computeZa, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { ticketToBeSigned } from '@onelock/core/ticket';
import { encodeTimestampRequest, parseTimestampResponse, requireGranted } from '@onelock/core/tsp';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicConstraints, keyUsage, makeCertificate, name } from '../../core/test/support/test-ca.ts';
import { authorityCertificate } from '../../core/test/support/test-tsa.ts';
import { hashDetails } from '../src/audit/entry.ts';
import type { AuditEntryWithDetails } from '../src/services/ports/store.ts';
import { judgementActions, replayJudgement } from '../src/services/replay-judgement.ts';
import { derOf, makeLoginToken, pem, testKey } from './support/pki.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

const origin = 'https://bid.example.cn';
const content = utf8Encode('投标文件');
const kinds = ['certificate', 'raw', 'digest', 'message', 'timestamp', 'login', 'ticket', 'batch'] as const;
type Kind = (typeof kinds)[number];

let service: TestService;
let platform: string;
let platformId: string;
let folder: string;
let timeAnchor: string;
/** One passed and recorded judgement of each kind. */
const entries = new Map<Kind, AuditEntryWithDetails>();

/** Asks, and takes the entry that the question left. */
async function judged(kind: Kind, ask: () => Promise<{ readonly indication: string }>): Promise<void> {
  const answer = await ask();
  expect(answer, JSON.stringify(answer)).toMatchObject({ indication: 'passed' });
  const newest = await service.ports.store.audit.list({ after: null, limit: 1 }, { newestFirst: true });
  const [entry] = newest;
  if (entry === undefined || !judgementActions.some((action) => action === entry.action))
    throw new Error(`${kind} left no judgement in the log`);
  entries.set(kind, entry);
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-replay-'));
  service = await createTestService({ tsaDir: writeTimeAuthority() });
  const { ops } = service.ports;
  platform = await service.caller('platform', { origins: [origin] });
  platformId = (await service.call('GET', '/v1/callers/self', { token: platform })).body.id;
  const token = service.administrator;
  await service.call('POST', '/v1/cas', {
    token,
    body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
  });
  const post = async (url: string, body: object, by = token) =>
    (await service.call('POST', url, { token: by, body })).body;
  const certificate = parseCertificate(derOf('sm2/leaf'));
  if (certificate.publicKey.kind !== 'sm2') throw new Error('an SM2 key');
  const signature = toBase64(ops.sign(testKey('sm2/leaf'), { kind: 'sm2-sm3', userId: sm2DefaultUserId }, content));
  const e = toBase64(ops.digest('sm3', computeZa(ops, certificate.publicKey.point, sm2DefaultUserId), content));
  const prepared = prepareSignedData({ content, detached: false, certificate }, ops);
  const message = toBase64(prepared.assemble(ops.sign(testKey('sm2/leaf'), prepared.algorithm, prepared.toBeSigned)));
  const by = { certificate: pem('sm2/leaf') };

  await judged('certificate', () => post('/v1/certificates/validate', by));
  await judged('raw', () =>
    post('/v1/signatures/verify', { kind: 'raw', content: toBase64(content), signature, ...by }),
  );
  const digest = { algorithm: 'sm3', value: e };
  await judged('digest', () => post('/v1/signatures/verify', { kind: 'digest', digest, signature, ...by }));
  await judged('message', () => post('/v1/signatures/verify', { kind: 'message', message }));
  await judged('timestamp', async () =>
    post('/v1/timestamps/verify', { token: await stamp(), content: toBase64(content), trustAnchors: [timeAnchor] }),
  );
  await judged('login', async () => {
    const { challenge } = await post('/v1/challenges', { origin }, platform);
    const challengeBytes = fromBase64(challenge);
    const signed = makeLoginToken(ops, { certificate: 'sm2/leaf', key: 'sm2/leaf', origin, challenge: challengeBytes });
    return post('/v1/logins', { token: signed }, platform);
  });
  await judged('ticket', verifyTicket);
  await judged('batch', async () => {
    const lines = String(await post('/v1/judgements/batch', { items: [{ kind: 'certificate', ...by }] }));
    return JSON.parse(lines).answer;
  });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeTimeAuthority(): string {
  const ops = createNodeCrypto();
  const issuer = { name: name('时间 CA'), key: ops.generateKeyPair({ kind: 'sm2' }) };
  const anchor = makeCertificate(
    { subject: issuer.name, key: issuer.key, issuer, extensions: [basicConstraints(), keyUsage(5, 6)] },
    ops,
  );
  const key = ops.generateKeyPair({ kind: 'sm2' });
  timeAnchor = encodePem('CERTIFICATE', anchor.der);
  writeFileSync(
    path.join(folder, 'sm2.pem'),
    encodePem('CERTIFICATE', authorityCertificate(issuer, key).der) + timeAnchor,
  );
  writeFileSync(path.join(folder, 'sm2.key.pem'), encodePem('PRIVATE KEY', key.privateKey.pkcs8));
  return folder;
}

async function stamp(): Promise<string> {
  const { ops } = service.ports;
  const request = encodeTimestampRequest({
    ...{ digestAlgorithm: 'sm3', digest: ops.digest('sm3', content), nonce: ops.random(8), wantsCertificate: true },
  });
  const answer = await service.app.inject({
    ...{ method: 'POST', url: '/v1/tsa', payload: Buffer.from(request) },
    headers: { authorization: `Bearer ${service.administrator}`, 'content-type': 'application/timestamp-query' },
  });
  return toBase64(requireGranted(parseTimestampResponse(new Uint8Array(answer.rawPayload))).der);
}

async function verifyTicket(): Promise<{ readonly indication: string }> {
  const { ops, clock } = service.ports;
  const keys = ops.generateKeyPair({ kind: 'sm2' });
  await service.call('PUT', `/v1/platforms/${platformId}/profile`, {
    token: service.administrator,
    body: {
      ...{ contacts: [], requestsPerMinute: null, webhooks: [] },
      keys: [{ id: 'server-1', publicKey: toBase64(keys.publicKey.spki) }],
    },
  });
  const statement = JSON.stringify({
    ...{ version: 1, operation: 'signMessage', origin, digest: { algorithm: 'sm3', value: 'ab'.repeat(32) } },
    ...{ text: '第一标段', nonce: 'nonce-number-000000000001', issuedAt: clock().toISOString() },
    expiresAt: new Date(clock().getTime() + 60_000).toISOString(),
  });
  const bytes = ticketToBeSigned(statement);
  const signature = toBase64(ops.sign(keys.privateKey, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, bytes));
  const agent = await service.caller('agent');
  const body = { platformId, keyId: 'server-1', statement, signature };
  return (await service.call('POST', '/v1/tickets/verify', { token: agent, body })).body;
}

const entryOf = (kind: Kind): AuditEntryWithDetails => {
  const entry = entries.get(kind);
  if (entry === undefined) throw new Error(`nothing was judged as ${kind}`);
  return entry;
};
const recorded = (entry: AuditEntryWithDetails) => JSON.parse(entry.details?.details ?? '{}');
/** As somebody would who may write everything, the digests in the entry too; only the tree above still knows better. */
function rewritten(entry: AuditEntryWithDetails, change: object): AuditEntryWithDetails {
  const details = { salt: entry.details?.salt ?? '', details: JSON.stringify({ ...recorded(entry), ...change }) };
  const { sm3, sha256 } = hashDetails(details, service.ports.ops);
  return { ...entry, details, detailsSm3: sm3, detailsSha256: sha256 };
}
const replay = (entry: AuditEntryWithDetails) => replayJudgement(service.ports, entry);

describe.each(kinds)('the judgement of a %s', (kind) => {
  it('comes to the same verdict from what was kept, and nothing else is asked', async () => {
    expect(await replay(entryOf(kind))).toEqual({ outcome: 'same', indication: 'passed', reason: '' });
  });

  it('differs from an entry that says another verdict, or another reason', async () => {
    const entry = entryOf(kind);
    const lie = { ...entry, outcome: 'failed' as const, reason: 'ERR_SIGNATURE_INVALID' };
    expect(await replay(lie)).toEqual({ outcome: 'different', indication: 'passed', reason: '' });
  });

  it('is told to be altered when its details are', async () => {
    const entry = entryOf(kind);
    const details = { salt: entry.details?.salt ?? '', details: JSON.stringify({ ...recorded(entry), note: 'x' }) };
    expect(await replay({ ...entry, details })).toEqual({ outcome: 'altered', what: 'details' });
  });

  it('differs when the details are written anew, digests and all, so that it would not have passed', async () => {
    const entry = entryOf(kind);
    // Long before anything that was judged began to hold.
    const earlier = await replay(rewritten(entry, { at: '2001-01-01T00:00:00.000Z' }));
    expect(earlier.outcome).toBe('different');
    expect(earlier).not.toMatchObject({ indication: 'passed' });
  });
});

describe.each(kinds)('what was kept of a %s', (kind) => {
  const items = (): readonly string[] => [
    ...new Set(JSON.stringify([entryOf(kind).target, recorded(entryOf(kind))]).match(/(?<=sm3:)[0-9a-f]{64}/g) ?? []),
  ];

  it('is needed item by item: each that is exchanged or gone is named', async () => {
    expect(items().length).toBeGreaterThan(0);
    let named = 0;
    for (const digest of items()) {
      const kept = await service.ports.store.audit.evidence(digest);
      if (kept === null) continue;
      const without = {
        evidence: async (asked: string) => (asked === digest ? null : service.ports.store.audit.evidence(asked)),
      };
      const forged = Uint8Array.from(kept.bytes);
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
      const exchanged = {
        evidence: async (asked: string) =>
          asked === digest ? { ...kept, bytes: forged } : service.ports.store.audit.evidence(asked),
      };
      const over = (audit: object) =>
        replayJudgement(
          { ...service.ports, store: { ...service.ports.store, audit: { ...service.ports.store.audit, ...audit } } },
          entryOf(kind),
        );
      const gone = await over(without);
      // The certificate of a login is in its token; its digest stands beside it for people to read.
      if (gone.outcome === 'same') continue;
      expect(gone).toEqual({ outcome: 'impossible', lacks: `sm3:${digest}` });
      expect(await over(exchanged)).toEqual({ outcome: 'altered', what: `sm3:${digest}` });
      named += 1;
    }
    expect(named).toBeGreaterThan(kind === 'ticket' ? 2 : 1);
  });
});

describe('a failed judgement', () => {
  it('is replayed to the same failure, and an exchanged trust anchor makes a difference', async () => {
    await service.call('POST', '/v1/certificates/validate', {
      token: service.administrator,
      body: { certificate: pem('rsa/leaf'), intermediates: [pem('rsa/intermediate')], trustAnchors: [pem('sm2/root')] },
    });
    const entry = await service.ports.store.audit.list({ after: null, limit: 1 }, { newestFirst: true });
    const [failed] = entry;
    if (failed === undefined) throw new Error('nothing was judged');
    expect(failed.outcome).not.toBe('passed');
    expect(await replay(failed)).toMatchObject({ outcome: 'same', indication: failed.outcome });
    // Kept by somebody's other judgement, so it is at hand for a forger.
    await service.call('POST', '/v1/certificates/validate', {
      token: service.administrator,
      body: { certificate: pem('rsa/leaf'), trustAnchors: [pem('rsa/root')], intermediates: [pem('rsa/intermediate')] },
    });
    const root = Buffer.from(service.ports.ops.digest('sm3', derOf('rsa/root'))).toString('hex');
    expect(await replay(rewritten(failed, { trustAnchors: [`sm3:${root}`] }))).toEqual({
      ...{ outcome: 'different', indication: 'passed', reason: '' },
    });
  });

  it('of a document leaves no judgement, since none is made', async () => {
    const before = (await replayEverything(service)).length;
    await service.call('POST', '/v1/documents/verify', { token: platform, body: { document: 'JVBERi0=' } });
    expect((await replayEverything(service)).length).toBe(before);
  });

  it('of every kind above is in the log once, and all of it replays', async () => {
    const replays = await replayEverything(service);
    expect(replays.filter(({ replay: one }) => one.outcome !== 'same')).toEqual([]);
  });
});
