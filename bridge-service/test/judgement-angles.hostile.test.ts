import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { addUnsignedAttribute, parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMessage, honestAttributes } from '../../core/test/support/message-builder.ts';
import {
  basicConstraints,
  type Issuer,
  type KeyPair,
  keyUsage,
  makeCertificate,
  name,
} from '../../core/test/support/test-ca.ts';
import type { EntrySpec } from '../../core/test/support/test-crl.ts';
import { authorityCertificate, makeToken } from '../../core/test/support/test-tsa.ts';
import { EvidenceWorld, hours } from './support/evidence-world.ts';

const ops = createNodeCrypto();
const content = utf8Encode('投标函');

let world: EvidenceWorld;
let key: KeyPair;
let tsaKey: KeyPair;
let entries: readonly EntrySpec[] = [];
beforeAll(async () => {
  world = await EvidenceWorld.create({ kind: 'sm2' });
  key = ops.generateKeyPair({ kind: 'sm2' });
  tsaKey = ops.generateKeyPair({ kind: 'sm2' });
});
afterAll(() => world.close());

let lists = 0;
/** From now on the CA's list says this. */
async function listing(...said: readonly EntrySpec[]): Promise<void> {
  entries = said;
  lists += 1;
  const path = `/list-${lists}.crl`;
  world.double.serve(path, () => world.crl({ entries, number: 100 + lists }));
  await world.useLists(path);
}

const bidder = (serial: number, notAfter?: Date, issuer: Issuer = world.issuer): Certificate =>
  makeCertificate(
    {
      subject: name(`bidder ${serial}`),
      key,
      issuer,
      serial,
      extensions: [keyUsage(0, 1)],
      ...(notAfter && { notAfter }),
    },
    ops,
  );

function sign(certificate: Certificate, body = content): Uint8Array {
  const attributes = honestAttributes(body, ops);
  return buildMessage(
    { content: body, certificate, key: key.privateKey, certificates: [certificate.der], attributes },
    ops,
  );
}

function stamp(message: Uint8Array, authority: Certificate, time: Date): Uint8Array {
  const signature = parseSignedData(message).signers[0]?.signature ?? new Uint8Array();
  const token = makeToken({
    certificate: authority,
    key: tsaKey,
    content: signature,
    time,
    certificates: [authority.der],
  });
  return addUnsignedAttribute(message, 0, 'timeStampToken', token);
}

const verify = async (message: Uint8Array, more: object = {}) =>
  (
    await world.service.call('POST', '/v1/signatures/verify', {
      token: world.service.administrator,
      body: { kind: 'message', message: toBase64(message), ...more },
    })
  ).body;
const codeOf = (body: { indication: string; reason?: { code: string } }): string =>
  body.reason?.code ?? body.indication;

describe('a stamp', () => {
  const stamped = hours(-72);
  it('helps an expired signature only by an authority that is trusted and not revoked', async () => {
    await listing();
    const expired = bidder(1, hours(-0.5));
    const authority = authorityCertificate(world.issuer, tsaKey);
    expect(codeOf(await verify(sign(expired)))).toBe('ERR_PATH_EXPIRED');
    expect(codeOf(await verify(stamp(sign(expired), authority, stamped)))).toBe('passed');
    const stranger = authorityCertificate({ name: name('路人'), key: ops.generateKeyPair({ kind: 'sm2' }) }, tsaKey);
    expect(codeOf(await verify(stamp(sign(expired), stranger, stamped)))).toBe('ERR_PATH_EXPIRED');
    await listing({ serial: BigInt(`0x${authority.serialNumber}`), reason: 1, at: hours(-48) });
    expect(codeOf(await verify(stamp(sign(expired), authority, stamped)))).toBe('ERR_PATH_EXPIRED');
  });

  it('saves a signature from a later revocation and from no earlier one', async () => {
    const authority = authorityCertificate(world.issuer, tsaKey);
    const message = stamp(sign(bidder(20)), authority, stamped);
    await listing({ serial: 20, reason: 4, at: hours(-48) });
    expect(codeOf(await verify(sign(bidder(20))))).toBe('ERR_REVOCATION_REVOKED');
    expect(codeOf(await verify(message))).toBe('passed');
    await listing({ serial: 20, reason: 4, at: hours(-96) });
    expect(codeOf(await verify(message))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('saves nothing that was signed after the key is thought to have gone bad', async () => {
    const authority = authorityCertificate(world.issuer, tsaKey);
    const message = stamp(sign(bidder(21)), authority, stamped);
    await listing({ serial: 21, reason: 1, at: hours(-48), invalidity: hours(-96) });
    expect(codeOf(await verify(message))).toBe('ERR_REVOCATION_REVOKED');
  });
});

describe('an authority that changed its key', () => {
  it('does not let pass by silence what its new key revoked', async () => {
    const renewed: Issuer = { name: world.issuer.name, key: ops.generateKeyPair({ kind: 'sm2' }) };
    const anchor = makeCertificate(
      { subject: renewed.name, key: renewed.key, issuer: renewed, extensions: [basicConstraints(), keyUsage(5, 6)] },
      ops,
    );
    const anchors = [toBase64(world.anchor.der), toBase64(anchor.der)];
    const { token } = { token: world.service.administrator };
    const url = `/v1/cas/${world.caId}`;
    expect((await world.service.call('PATCH', url, { token, body: { anchors } })).status).toBe(200);
    world.double.serve('/renewed.crl', () => world.revoking([30], { issuer: renewed, number: 900 }));
    await world.useLists('/renewed.crl');
    expect((await verify(sign(bidder(30)))).indication).toBe('indeterminate');
    expect(codeOf(await verify(sign(bidder(30, undefined, renewed))))).toBe('ERR_REVOCATION_REVOKED');
    expect(codeOf(await verify(sign(bidder(31, undefined, renewed))))).toBe('passed');
  });
});

describe('serial numbers', () => {
  it.each([
    ['of twenty octets', 2n ** 159n - 1n],
    ['of forty octets', 2n ** 319n - 7n],
    ['zero', 0n],
    ['negative', -666n],
  ])('%s are told apart and found again on lists', async (_title, serial) => {
    await listing({ serial, reason: 1, at: hours(-48) });
    const revoked = makeCertificate(
      {
        subject: name('odd'),
        key,
        issuer: world.issuer,
        serial: serial as unknown as number,
        extensions: [keyUsage(0)],
      },
      ops,
    );
    const other = makeCertificate(
      {
        subject: name('odd'),
        key,
        issuer: world.issuer,
        serial: (serial + 1n) as unknown as number,
        extensions: [keyUsage(0)],
      },
      ops,
    );
    expect([codeOf(await verify(sign(revoked))), codeOf(await verify(sign(other)))]).toEqual([
      'ERR_REVOCATION_REVOKED',
      'passed',
    ]);
    const registered = await world.service.call('POST', '/v1/certificates', {
      token: world.service.administrator,
      body: { certificate: toBase64(revoked.der) },
    });
    const { id, serialNumber } = registered.body;
    // As other systems show it: in capitals, by twos, with what stands before it and without.
    const typed = [
      serialNumber,
      serialNumber.toUpperCase(),
      serialNumber.replaceAll(/(?<=[0-9a-f]{2})(?=[0-9a-f]{2})/g, ':'),
      serialNumber.replace(/^(-?)/, '$10x00'),
      serialNumber.replace(/^(-?)0(?=.)/, '$1'),
    ];
    for (const text of typed) {
      const found = await world.service.call('GET', `/v1/certificates?serialNumber=${text}`, {
        token: world.service.administrator,
      });
      expect(
        found.body.items?.map((one: { id: string }) => one.id),
        text,
      ).toEqual([id]);
    }
  });
});

describe('a certificate that bears the name of a registered CA and not its signature', () => {
  it('is not registered, and leaves its number to the true one', async () => {
    const forger: Issuer = { name: world.issuer.name, key: ops.generateKeyPair({ kind: 'sm2' }) };
    const register = (certificate: Certificate) =>
      world.service.call('POST', '/v1/certificates', {
        token: world.service.administrator,
        body: { certificate: toBase64(certificate.der) },
      });
    const forged = await register(bidder(777, undefined, forger));
    expect([forged.status, forged.body.error?.code]).toEqual([422, 'ERR_SIGNATURE_INVALID']);
    expect((await register(bidder(777))).status).toBe(201);
    const authority = await register(world.anchor);
    expect(authority.body.error).toMatchObject({ code: 'ERR_REQUEST_INVALID', params: { field: '/certificate' } });
    // Of a CA that nobody has registered yet nothing can be told.
    expect((await register(bidder(778, undefined, { name: name('later'), key: forger.key }))).status).toBe(201);
  });
});
