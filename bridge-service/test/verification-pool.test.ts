import { readFileSync } from 'node:fs';
import { decodePem, fromBase64, toBase64, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import { parsePrivateKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeCertificate, judgeSignature } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { VerificationPool } from '../src/workers/verification-pool.ts';
import { plainEvidence, type VerificationTask } from '../src/workers/verification-task.ts';
import { derOf, makeLoginToken, pem } from './support/pki.ts';
import { createTestService } from './support/service.ts';

const ops = createNodeCrypto();
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;

function certificateOf(name: string): ReturnType<typeof parseCertificate> {
  const pem = readFileSync(new URL(`../../vectors/pki/sm2/${name}.pem`, import.meta.url), 'utf8');
  const [block] = decodePem(pem);
  if (block === undefined) throw new Error(`${name} is empty`);
  return parseCertificate(block.bytes);
}

describe('the verification pool', () => {
  const pool = new VerificationPool(2);
  afterAll(() => pool.close());
  const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
  const taskOf = (index: number): Extract<VerificationTask, { kind: 'mathematics' }> => {
    const message = utf8Encode(`投标文件 ${index}`);
    const signature = ops.sign(privateKey, algorithm, index % 3 === 0 ? utf8Encode('another') : message);
    return { kind: 'mathematics', spki: publicKey.spki, algorithm, message, signature };
  };

  it('answers each question with its own answer, in any order of finishing', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => pool.run(taskOf(index))));
    expect(answers).toEqual(Array.from({ length: 200 }, (_, index) => index % 3 !== 0));
  });

  it('judges as the main thread does, certificate and signature', async () => {
    const [leaf, intermediate, root] = ['leaf', 'intermediate', 'root'].map(certificateOf);
    if (!leaf || !intermediate || !root) throw new Error('no chain');
    const evidence = {
      intermediates: [intermediate],
      trustAnchors: [{ kind: 'certificate', certificate: root }],
      at: new Date('2026-06-01T00:00:00Z'),
      profile: 'rfc5280',
      revocation: 'none',
    } as const;
    const plain = plainEvidence(evidence);
    const certificate = await pool.run({ kind: 'certificate', certificate: leaf.der, evidence: plain });
    expect(certificate).toEqual(judgeCertificate({ certificate: leaf, ...evidence }, ops));
    expect(certificate.indication).toBe('passed');
    const limited = {
      ...evidence,
      trustAnchors: [{ kind: 'certificate', certificate: root, limits: { pathLength: 0 } }],
    } as const;
    const refused = await pool.run({ kind: 'certificate', certificate: leaf.der, evidence: plainEvidence(limited) });
    expect(refused).toEqual(judgeCertificate({ certificate: leaf, ...limited }, ops));
    expect(refused.indication).toBe('failed');
    const content = utf8Encode('x');
    const signature = ops.sign(privateKey, algorithm, content);
    const judged = await pool.run({
      kind: 'signature',
      certificate: leaf.der,
      content,
      signature,
      algorithm,
      evidence: plain,
    });
    expect(judged).toEqual(judgeSignature({ certificate: leaf, content, signature, algorithm, ...evidence }, ops));
    expect(judged.indication).toBe('failed');
  });

  it('hands back coded errors, and goes on', async () => {
    const broken = { ...taskOf(1), spki: Uint8Array.of(0x30, 0) };
    await expect(pool.run(broken).catch((error: unknown) => error)).resolves.toMatchObject({
      code: expect.stringMatching(/^ERR_DER_/),
    });
    await expect(pool.run(taskOf(1))).resolves.toBe(true);
  });

  it('rejects what waits when it is closed', async () => {
    const short = new VerificationPool(1);
    const outcomes = Promise.allSettled(Array.from({ length: 40 }, (_, index) => short.run(taskOf(index + 1))));
    await short.close();
    const settled = await outcomes;
    expect(settled.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(short.run(taskOf(1))).rejects.toThrow('closed');
  });
});

describe('a service that judges on threads', () => {
  const key = parsePrivateKey(derOf('sm2/leaf.test-key'));
  const certificate = pem('sm2/leaf');
  const content = utf8Encode('投标文件');
  const trust = {
    at: '2026-06-01T00:00:00Z',
    trustAnchors: [pem('sm2/root')],
    intermediates: [pem('sm2/intermediate')],
  };
  const signature = toBase64(ops.sign(key, algorithm, content));
  const prepared = prepareSignedData(
    { content, detached: true, certificate: parseCertificate(derOf('sm2/leaf')), family: 'gm' },
    ops,
  );
  const message = toBase64(prepared.assemble(ops.sign(key, algorithm, prepared.toBeSigned)));
  const questions: readonly (readonly [string, string, object])[] = [
    ['/v1/certificates/validate', 'passed', { certificate }],
    ['/v1/certificates/validate', 'failed', { certificate: pem('sm2/expired') }],
    ['/v1/signatures/verify', 'passed', { kind: 'raw', content: toBase64(content), signature, certificate }],
    ['/v1/signatures/verify', 'failed', { kind: 'raw', content: toBase64(utf8Encode('x')), signature, certificate }],
    ['/v1/signatures/verify', 'passed', { kind: 'message', message, content: toBase64(content) }],
    ['/v1/signatures/verify', 'failed', { kind: 'message', message, content: toBase64(utf8Encode('x')) }],
  ];

  it('gives the answers of one that does not', async () => {
    const [alone, threaded] = await Promise.all([createTestService(), createTestService({ verificationThreads: 1 })]);
    try {
      for (const [url, indication, body] of questions) {
        const [first, second] = await Promise.all(
          [alone, threaded].map((service) =>
            service.call('POST', url, { token: service.administrator, body: { ...trust, ...body } }),
          ),
        );
        expect([second?.status, second?.body.indication]).toEqual([200, indication]);
        expect(second?.body).toEqual(first?.body);
      }
    } finally {
      await Promise.all([alone.close(), threaded.close()]);
    }
  });

  it('judges logins there, as on the main thread', async () => {
    const origin = 'https://bid.example.cn';
    const services = await Promise.all([createTestService(), createTestService({ verificationThreads: 1 })]);
    try {
      const tasks: VerificationTask[] = [];
      const reports = await Promise.all(
        services.map(async (service) => {
          const { pool } = service.ports;
          if (pool !== undefined) {
            const run = pool.run.bind(pool);
            pool.run = (task) => {
              tasks.push(task);
              return run(task);
            };
          }
          const { administrator: token } = service;
          await service.call('POST', '/v1/cas', {
            token,
            body: { name: 'sm2', anchors: [pem('sm2/root')], intermediates: [pem('sm2/intermediate')] },
          });
          const platform = await service.caller('platform', { origins: [origin] });
          const judged = [];
          for (const name of ['sm2/leaf', 'sm2/expired']) {
            const opened = await service.call('POST', '/v1/challenges', { token: platform, body: { origin } });
            const given = { certificate: name, key: 'sm2/leaf', origin, challenge: fromBase64(opened.body.challenge) };
            const answer = await service.call('POST', '/v1/logins', {
              token: platform,
              body: { token: makeLoginToken(service.ports.ops, given) },
            });
            const { id: _id, ...rest } = answer.body;
            judged.push({ status: answer.status, ...rest });
          }
          return judged;
        }),
      );
      expect(tasks.map(({ kind }) => kind)).toEqual(['login', 'login']);
      expect(reports[1]?.map(({ status, indication }) => [status, indication])).toEqual([
        [201, 'passed'],
        [201, 'failed'],
      ]);
      expect(reports[1]).toEqual(reports[0]);
    } finally {
      await Promise.all(services.map((service) => service.close()));
    }
  });
});
