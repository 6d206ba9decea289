import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PinStatus, TokenDevice, TokenIdentity } from '../port/index.ts';
import { flattenError, restoreError } from '../process/failure.ts';
import { type MethodName, type MethodResult, methodNames } from './methods.ts';
import { acceptsParams, acceptsResult, fromHost, toHost } from './protocol.ts';

/** What the port promises is what the schemas let through; a difference does not compile. */
type Plain<T> = T extends string ? string : { -readonly [K in keyof T]: Plain<T[K]> };
const sameShape: [
  (value: MethodResult<'listDevices'>[number]) => Plain<TokenDevice>,
  (value: MethodResult<'listIdentities'>[number]) => Plain<TokenIdentity>,
  (value: MethodResult<'pinStatus'>) => Plain<PinStatus>,
] = [(value) => value, (value) => value, (value) => value];

describe('the schemas of the channel', () => {
  it('judge anything at all without failing', () => {
    expect(sameShape).toHaveLength(3);
    const anything = fc.anything({ withTypedArray: true, withBigInt: true, withMap: true, withNullPrototype: true });
    fc.assert(
      fc.property(anything, fc.constantFrom(...methodNames), (value, method) => {
        const verdicts = [
          fromHost.Check(value),
          toHost.Check(value),
          acceptsParams(method, value),
          acceptsResult(method, value),
        ];
        return verdicts.every((verdict) => typeof verdict === 'boolean');
      }),
      { numRuns: 500 },
    );
  });

  const results: readonly (readonly [MethodName, unknown, unknown])[] = [
    ['listIdentities', [], [{ id: '', label: '', signingCertificate: null, encryptionCertificate: null }]],
    ['openSession', '00000000-0000-4000-8000-000000000000', '../../etc/passwd'],
    ['sign', new Uint8Array(64), new Uint8Array(0)],
    ['sign', new Uint8Array(64), new Uint8Array(5000)],
    ['sign', new Uint8Array(64), [1, 2, 3]],
    ['random', new Uint8Array(1), null],
    ['closeSession', null, undefined],
  ];
  it.each(results)('let through what %s answers and nothing like it', (method, good, bad) => {
    expect(acceptsResult(method, good)).toBe(true);
    expect(acceptsResult(method, bad)).toBe(false);
  });

  it('let no control character of a token’s text through', () => {
    const identity = { id: 'a', label: 'x', signingCertificate: null, encryptionCertificate: null };
    expect(acceptsResult('listIdentities', [identity])).toBe(true);
    expect(acceptsResult('listIdentities', [{ ...identity, label: '\u001b[2J' }])).toBe(false);
  });
});

describe('an error on its way between processes', () => {
  it('keeps code, data and what the library said, and nothing else', () => {
    const body = flattenError(new TypeError('123456 was the PIN'));
    expect(JSON.stringify(body)).not.toContain('123456');
    expect(restoreError(body)).toFailWith('ERR_TOKEN_NATIVE_FAILURE');
    expect(restoreError({ code: 'ERR_NO_SUCH_CODE', params: {}, native: null })).toBe(null);
  });
});
