import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { judgeCertificate } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { KeptByThread } from './kept-evidence.ts';
import { CertificateMemory, plainEvidence, runTask, type VerificationTask } from './verification-task.ts';

const ops = createNodeCrypto();
const certificateOf = (file: string): ReturnType<typeof parseCertificate> => {
  const text = readFileSync(new URL(`../../../vectors/pki/${file}.pem`, import.meta.url), 'utf8');
  const [block] = decodePem(text);
  if (block === undefined) throw new Error(`${file} is empty`);
  return parseCertificate(block.bytes);
};

const chainOf = (family: string) => {
  const [leaf, intermediate, root] = ['leaf', 'intermediate', 'root'].map((name) => certificateOf(`${family}/${name}`));
  if (!leaf || !intermediate || !root) throw new Error('no chain');
  const evidence = {
    intermediates: [intermediate],
    trustAnchors: [{ kind: 'certificate', certificate: root }],
    at: new Date('2026-06-01T00:00:00Z'),
    profile: 'rfc5280',
    revocation: 'none',
  } as const;
  const task: VerificationTask = { kind: 'certificate', certificate: leaf.der, evidence: plainEvidence(evidence) };
  return { task, report: judgeCertificate({ certificate: leaf, ...evidence }, ops) };
};

/** A thread that does what the pool's threads do, with everything cloned as between threads. */
class Thread {
  readonly kept = new KeptByThread();
  readonly #memory = new CertificateMemory(16);

  run(task: VerificationTask): { readonly travelled: VerificationTask; readonly result: unknown } {
    const packed = this.kept.pack(task);
    const [travelled, orders] = structuredClone([packed, this.kept.orders()] as const);
    this.#memory.keep(orders);
    const result = runTask(travelled, ops, this.#memory);
    this.#memory.forget(orders);
    return { travelled, result };
  }
}

describe('what a thread keeps', () => {
  it('travels twice, and is named by number from then on; every verdict is the one of the main thread', () => {
    const [sm2, rsa] = [chainOf('sm2'), chainOf('rsa')];
    expect(sm2.report.indication).toBe('passed');
    const thread = new Thread();
    for (let round = 0; round < 4; round++)
      for (const { task, report } of [sm2, rsa]) {
        const { travelled, result } = thread.run(task);
        expect(result).toEqual(report);
        const { evidence } = travelled as Extract<VerificationTask, { kind: 'certificate' }>;
        expect(evidence.intermediates[0] instanceof Uint8Array).toBe(round === 0);
      }
  });

  it('is another one for each thread', () => {
    const { task, report } = chainOf('p256');
    const [one, other] = [new Thread(), new Thread()];
    for (let round = 0; round < 3; round++)
      for (const thread of [one, other]) expect(thread.run(task).result).toEqual(report);
  });

  it('is forgotten in its turn, and sent again when it comes back', () => {
    const { task, report } = chainOf('sm2');
    const thread = new Thread();
    thread.run(task);
    thread.run(task);
    const { evidence, ...rest } = task as Extract<VerificationTask, { kind: 'certificate' }>;
    // Intermediates that lead nowhere, each met twice: more of them than a thread keeps.
    const others = Array.from({ length: 1_100 }, () => evidence.intermediates[0] as Uint8Array).map((der) =>
      der.slice(),
    );
    for (let round = 0; round < 2; round++)
      for (let at = 0; at < others.length; at += 100) {
        const crowd = { ...rest, evidence: { ...evidence, intermediates: others.slice(at, at + 100) } };
        expect((thread.run(crowd).result as typeof report).indication).toBe('passed');
      }
    const { travelled, result } = thread.run(task);
    expect(result).toEqual(report);
    const again = (travelled as typeof rest & { evidence: typeof evidence }).evidence.intermediates[0];
    expect(again).toHaveProperty('kept');
    expect((again as { readonly kept: number }).kept).toBeGreaterThan(1_000);
  });
});
