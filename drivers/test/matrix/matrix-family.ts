import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import {
  type ConformanceSubject,
  type MatrixColumn,
  type Permission,
  runConformance,
} from '../../src/conformance/index.ts';
import type { Pin, TokenDriver } from '../../src/port/index.ts';

type Words = MatrixColumn['title'];

/** One column of the matrix: a family with two devices in it. */
export interface MatrixFamily {
  readonly title: Words;
  /** What a machine lacks to try it, or null. */
  readonly missing: () => string | null;
  readonly start: () => Promise<StartedFamily>;
  /** Cases that the family does not do; every other must pass. */
  readonly unsupported: readonly string[];
  /** Signatures in one session when the whole is tried: 500, on cards 50. */
  readonly signatures: number;
}

export interface StartedFamily {
  readonly driver: TokenDriver;
  readonly pin: string;
  readonly adminPin?: string;
  readonly serialNumber: string;
  readonly secondSerialNumber: string;
  readonly remove: () => void;
  readonly restore: () => void;
  readonly end: () => Promise<void>;
}

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const pinSource = (text: string) => (): Pin => utf8Encode(text) as Pin;
/** A test's own devices are dear to nobody. */
const everything: readonly Permission[] = ['spend-pin-tries', 'change-pin', 'lock-pin', 'make-keys'];

/** Tries every case on a family. */
export async function tryFamily(family: MatrixFamily, signatures: number): Promise<MatrixColumn> {
  const { title } = family;
  const missing = family.missing();
  if (missing !== null)
    return { title, missing: { 'zh-CN': `本机缺少 ${missing}`, en: `this machine lacks ${missing}` } };
  const started = await family.start();
  try {
    const { cases } = await runConformance(subjectOf(started, signatures), new Date());
    return { title, cases };
  } finally {
    await started.end();
  }
}

function subjectOf(started: StartedFamily, signatures: number): ConformanceSubject {
  const { driver, pin, adminPin, serialNumber, secondSerialNumber, remove, restore } = started;
  return {
    driver,
    serialNumber,
    pin: pinSource(pin),
    ...(adminPin !== undefined && { adminPin: pinSource(adminPin) }),
    second: { serialNumber: secondSerialNumber, pin: pinSource(pin) },
    may: new Set(everything),
    signatures,
    hands: { remove, restore },
    ops,
    ciphers,
  };
}
