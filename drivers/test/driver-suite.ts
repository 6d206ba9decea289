import { utf8Encode } from '@onelock/core/bytes';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CaseReport,
  type ConformanceSubject,
  conformanceCases,
  type Permission,
  runCase,
} from '../src/conformance/index.ts';
import type { Pin, TokenDriver } from '../src/port/index.ts';

/** One family, running one way, with one token in it. */
export interface DriverUnderTest {
  readonly driver: TokenDriver;
  readonly pin: string;
  readonly adminPin?: string;
  readonly serialNumber: string;
  readonly label: string;
  /** Identities that the token must show, and how each signs. */
  readonly identities: readonly { readonly id: string; readonly algorithm: SignatureAlgorithm }[];
  /** Takes the token out, and puts the same one back. */
  remove(): void;
  restore(): void;
  /** Ends driver and processes and deletes what was made. */
  end(): Promise<void>;
}

export const pinOf = (text: string): Pin => utf8Encode(text) as Pin;

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
/** A test's own device is dear to nobody. */
const everything: readonly Permission[] = ['spend-pin-tries', 'change-pin', 'lock-pin', 'make-keys'];

/**
 * What every driver owes the port, whatever its family and wherever it runs: the cases that `onelock driver conform` runs.
 * What a device does not do it must say; which cells that are is fixed in matrix.test.ts.
 */
export function describeDriver(title: string, start: () => Promise<DriverUnderTest>): void {
  describe(title, () => {
    let test: DriverUnderTest;

    beforeAll(async () => {
      test = await start();
    });
    afterAll(() => test?.end());

    it('lists the token that is present, with its serial number, label and identities', async () => {
      const devices = await test.driver.listDevices();
      expect(devices).toHaveLength(1);
      expect(devices[0]).toMatchObject({ serialNumber: test.serialNumber, label: test.label });
      const [device] = devices;
      if (device === undefined) throw new Error('no device');
      const ids = (await test.driver.listIdentities(device.id)).map(({ id }) => id);
      expect(ids.sort()).toEqual(test.identities.map(({ id }) => id).sort());
    });

    it('signs with every identity by the algorithm of its key', async () => {
      const [device] = await test.driver.listDevices();
      if (device === undefined) throw new Error('no device');
      const session = await test.driver.openSession(device.id, pinOf(test.pin));
      for (const { id, algorithm } of test.identities)
        expect(
          await test.driver.sign(session, id, algorithm, { kind: 'message', bytes: utf8Encode('x') }),
        ).toBeInstanceOf(Uint8Array);
      await test.driver.closeSession(session);
    });

    it.each(conformanceCases)('conforms: $title.en', { timeout: 180_000 }, async (each) => {
      expect(explain(await runCase(each, subjectOf(test)))).toBe('conforms');
    });
  });
}

function subjectOf(test: DriverUnderTest): ConformanceSubject {
  const { driver, serialNumber, pin, adminPin } = test;
  return {
    driver,
    serialNumber,
    pin: () => pinOf(pin),
    ...(adminPin !== undefined && { adminPin: () => pinOf(adminPin) }),
    may: new Set(everything),
    signatures: 5,
    hands: { remove: () => test.remove(), restore: () => test.restore() },
    ops,
    ciphers,
  };
}

function explain(report: CaseReport): string {
  if (report.outcome !== 'failed') return 'conforms';
  const { found, code, params, native } = report.problem;
  return [found.en, code, JSON.stringify(params), native, report.clause].filter(Boolean).join('; ');
}
