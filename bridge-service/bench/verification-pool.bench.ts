// npm run bench -- verification-pool: do verifications scale with the cores? One thread, and as many as there are cores.
import { availableParallelism } from 'node:os';
import { utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type BenchRow, publishFindings, ratio } from '../../tools/src/bench/findings.ts';
import { summarize } from '../../tools/src/bench/measure.ts';
import { VerificationPool } from '../src/workers/verification-pool.ts';
import { CertificateMemory, runTask, type VerificationTask } from '../src/workers/verification-task.ts';

const ops = createNodeCrypto();
const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;

/** Every task by another key, so that no table of multiples helps: the dear case. */
const tasks = Array.from({ length: 2000 }, (_, index): Extract<VerificationTask, { kind: 'mathematics' }> => {
  const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'sm2' });
  const message = utf8Encode(`投标文件 ${index}`);
  return {
    kind: 'mathematics',
    spki: publicKey.spki,
    algorithm,
    message,
    signature: ops.sign(privateKey, algorithm, message),
  };
});

/** Several passes without a pause, the first not counted: the system needs some time to spread threads that just woke. */
async function ratesOf(pool: VerificationPool): Promise<number> {
  const passes = 4;
  let started = performance.now();
  for (let pass = 0; pass <= passes; pass++) {
    if (pass === 1) started = performance.now();
    const answers = await Promise.all(tasks.map((task) => pool.run(task)));
    if (answers.includes(false)) throw new Error('a signature was refused: the benchmark would measure nothing');
  }
  return (passes * tasks.length * 1000) / (performance.now() - started);
}

/** What the service does without threads. */
function inlineRate(): number {
  const memory = new CertificateMemory(16);
  const started = performance.now();
  for (const task of tasks) if (runTask(task, ops, memory) !== true) throw new Error('a signature was refused');
  return (tasks.length * 1000) / (performance.now() - started);
}

const inline: number[] = [];
const sizes = [1, Math.max(2, availableParallelism())];
const pools = sizes.map((size) => new VerificationPool(size));
const rates = sizes.map((): number[] => []);
for (let round = 0; round < 12; round++) {
  if (round >= 2) inline.push(inlineRate());
  for (const [index, pool] of pools.entries()) {
    const rate = await ratesOf(pool);
    if (round >= 2) rates[index]?.push(rate);
  }
}
await Promise.all(pools.map((pool) => pool.close()));

const rows: readonly BenchRow[] = [
  { name: 'sm2.verify.no-pool', unit: 'ops/s', ...summarize(inline) },
  ...sizes.map((size, index) => ({
    name: `sm2.verify.pool-${size}`,
    unit: 'ops/s',
    ...summarize(rates[index] ?? []),
  })),
];
const [one = 1, many = 2] = sizes;
publishFindings({
  rows,
  ratios: [
    ...ratio(rows, `sm2.verify.pool-${many}`, 'sm2.verify.no-pool', 1.5),
    ...ratio(rows, `sm2.verify.pool-${many}`, `sm2.verify.pool-${one}`),
  ],
  absent: availableParallelism() < 2 ? ['scaling: this machine has one core'] : [],
});
