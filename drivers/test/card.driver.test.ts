import { afterAll, beforeAll } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { CardBench } from './card-bench.ts';
import { cardParts, pcscDaemon } from './card-parts.ts';
import { describeDriver } from './driver-suite.ts';
import { startGm } from './gm-under-test.ts';
import { startOpenPgp } from './openpgp-under-test.ts';
import { startPiv } from './piv-under-test.ts';

requireReal(cardParts, pcscDaemon())('virtual cards through pcscd', () => {
  let bench: CardBench;
  beforeAll(async () => {
    bench = await CardBench.start();
  });
  afterAll(() => bench.stop());

  describeDriver('PIV, in this process', () => startPiv(bench, 'in-process'));
  describeDriver('PIV, in its host', () => startPiv(bench, 'hosted'));
  describeDriver('GM/T 0017, in this process', () => startGm(bench, 'in-process'));
  describeDriver('GM/T 0017, in its host', () => startGm(bench, 'hosted'));
  describeDriver('OpenPGP, in its host', () => startOpenPgp(bench, 'hosted'));
});
