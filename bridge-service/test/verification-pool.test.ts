import { readFileSync } from 'node:fs';
import { decodePem, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeCertificate, judgeSignature } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { VerificationPool } from '../src/workers/verification-pool.ts';
import { plainEvidence, type VerificationTask } from '../src/workers/verification-task.ts';

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
