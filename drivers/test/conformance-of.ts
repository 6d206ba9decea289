import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import type { ConformanceSubject, Permission, SecondDevice } from '../src/conformance/index.ts';
import type { Pin } from '../src/port/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);

/** Nothing of a test's own device is dear to anyone. */
const everything: readonly Permission[] = ['spend-pin-tries', 'change-pin', 'lock-pin', 'make-keys'];

/** A driver under test, as the product's own conformance cases take it. */
export function subjectOf(
  test: DriverUnderTest,
  more: { readonly adminPin?: string; readonly signatures?: number; readonly second?: SecondDevice } = {},
): ConformanceSubject {
  const { adminPin } = more;
  return {
    driver: test.driver,
    serialNumber: test.serialNumber,
    pin: () => utf8Encode(test.pin) as Pin,
    ...(adminPin !== undefined && { adminPin: () => utf8Encode(adminPin) as Pin }),
    may: new Set(everything),
    signatures: more.signatures ?? 10,
    hands: { remove: () => test.remove(), restore: () => test.restore() },
    ...(more.second && { second: more.second }),
    ops,
    ciphers,
  };
}
