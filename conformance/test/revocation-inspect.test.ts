import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem, encodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { keyRing } from '../../core/test/support/test-ca.ts';
import { delta, makeCrl, scope } from '../../core/test/support/test-crl.ts';
import { makeResponse, revokedStatus } from '../../core/test/support/test-ocsp.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const ops = createNodeCrypto();
const key = keyRing(ops)('anybody');
const work = mkdtempSync(path.join(tmpdir(), 'onelock-inspect-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const written = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(path.join(work, name), bytes);
  return path.join(work, name);
};
function own(name: string) {
  const pem = readFileSync(fileURLToPath(new URL(`../../vectors/pki/p256/${name}.pem`, import.meta.url)), 'utf8');
  const [block] = decodePem(pem);
  if (block === undefined) throw new Error(`${name} is empty`);
  return parseCertificate(block.bytes);
}
const [leaf, issuer] = [own('leaf'), own('intermediate')];

describe('onelock crl inspect', () => {
  const extensions = [delta(5), scope({ only: 'user', reasons: [1, 6] })];
  const list = makeCrl(
    { issuer: { name: issuer.subjectDer, key }, number: 7, entries: [{ serial: 1 }], extensions },
    ops,
  );

  it('says what a list says of itself, as PEM or DER', () => {
    const files = [written('list.crl', list), written('list.pem', encodePem('X509 CRL', list))];
    for (const file of files) {
      expect(onelockJson(['crl', 'inspect', file])).toMatchObject({
        status: 0,
        value: {
          lists: [
            {
              ...{ version: 2, entries: 1, crlNumber: '7', baseCrlNumber: '5', thisUpdate: '2026-05-01T00:00:00.000Z' },
              scope: { only: 'user-certificates', indirect: false, reasons: ['keyCompromise', 'certificateHold'] },
            },
          ],
        },
      });
    }
    expect(onelock(['crl', 'inspect', written('again.crl', list)]).stdout).toContain('Delta over number: 5');
  });

  it('refuses what is no list', () => {
    const outcome = onelock(['crl', 'inspect', written('leaf.crl', leaf.der)]);
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining('ERR_DER_') });
    expect(onelock(['crl', 'inspect', written('leaf.pem', encodePem('CERTIFICATE', leaf.der))]).status).toBe(2);
  });
});

describe('onelock ocsp inspect', () => {
  it('says what a response says, or why there is none', () => {
    const response = makeResponse({ leaf, issuer, key, status: revokedStatus(new Date('2026-05-05'), 4) }, ops);
    expect(onelockJson(['ocsp', 'inspect', written('revoked.ors', response)])).toMatchObject({
      status: 0,
      value: {
        status: 'successful',
        answers: [{ status: 'revoked', revokedAt: '2026-05-05T00:00:00.000Z', revocationReason: 'superseded' }],
      },
    });
    expect(onelock(['ocsp', 'inspect', written('again.ors', response)]).stdout).toContain('superseded');
    const refusal = written('refused.ors', Uint8Array.of(0x30, 3, 10, 1, 3));
    expect(onelockJson(['ocsp', 'inspect', refusal])).toEqual({ status: 0, value: { status: 'try-later' } });
  });

  it('refuses what is no response', () => {
    expect(onelock(['ocsp', 'inspect', written('leaf.ors', leaf.der)]).status).toBe(2);
  });
});
