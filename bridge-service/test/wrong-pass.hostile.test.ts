import { derOctetString, derSequence, oids } from '@onelock/core/asn1';
import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, buildMessage, type MessageSpec } from '../../core/test/support/message-builder.ts';
import {
  basicConstraints,
  extension,
  type Issuer,
  type KeyPair,
  keyUsage,
  makeCertificate,
  name,
} from '../../core/test/support/test-ca.ts';
import { approvalText } from '../src/services/change-sets/decide.ts';
import { EvidenceWorld } from './support/evidence-world.ts';

const ops = createNodeCrypto();
const content = utf8Encode('投标函');

let world: EvidenceWorld;
let key: KeyPair;
beforeAll(async () => {
  world = await EvidenceWorld.create({ kind: 'sm2' });
  key = ops.generateKeyPair({ kind: 'sm2' });
  world.double.serve('/status.crl', () => world.revoking([666]));
  await world.useLists('/status.crl');
});
afterAll(() => world.close());

const bidder = (serial: number, more: readonly Uint8Array[] = [], issuer: Issuer = world.issuer): Certificate =>
  makeCertificate(
    { subject: name(`bidder ${serial}`), key, issuer, serial, extensions: [keyUsage(0, 1), ...more] },
    ops,
  );

/** Whom nobody knows, and who issues in whatever name. */
const stranger: Issuer = { name: name('路人'), key: ops.generateKeyPair({ kind: 'sm2' }) };
const strangers = (count: number): Certificate[] =>
  Array.from({ length: count }, (_, index) =>
    makeCertificate(
      { subject: name(`stranger ${index}`), key, issuer: stranger, serial: 50 + index, extensions: [keyUsage(0)] },
      ops,
    ),
  );

const verify = (
  certificate: Certificate,
  beside: readonly Certificate[] = [],
  more: object = {},
  spec: Partial<MessageSpec> = {},
) => {
  const certificates = [...beside, certificate].map(({ der }) => der);
  const message = buildMessage({ content, certificate, key: key.privateKey, certificates, ...spec }, ops);
  return world.service.call('POST', '/v1/signatures/verify', {
    token: world.service.administrator,
    body: { kind: 'message', message: toBase64(message), ...more },
  });
};

describe('a revoked signer', () => {
  it('does not pass, and an honest one does', async () => {
    expect((await verify(bidder(1))).body.indication).toBe('passed');
    expect((await verify(bidder(666))).body.reason.code).toBe('ERR_REVOCATION_REVOKED');
  });

  it('is not hidden by other certificates in the message', async () => {
    for (const count of [7, 8, 40]) {
      const { body } = await verify(bidder(666), strangers(count));
      expect(body.indication, `${count} beside`).not.toBe('passed');
    }
    expect((await verify(bidder(1), strangers(40))).body.indication).toBe('passed');
  });

  it('is not hidden by saying that it is a CA', async () => {
    const { body } = await verify(bidder(666, [basicConstraints()]));
    expect(body.indication).not.toBe('passed');
  });

  it('is not hidden by coming as an intermediate, nor is its use', async () => {
    const alone = { certificates: [] };
    const asked = (certificate: Certificate) =>
      verify(certificate, [], { intermediates: [toBase64(certificate.der)] }, alone);
    expect((await asked(bidder(1))).body.indication).toBe('passed');
    expect((await asked(bidder(666))).body.indication).not.toBe('passed');
  });

  it('approves no change', async () => {
    const { service } = world;
    const approver = await service.caller('operator');
    const propose = (title: string) =>
      service.call('POST', '/v1/change-sets', {
        token: service.administrator,
        body: { title, reason: title, operations: [{ kind: 'ca.update', id: world.caId, name: title }] },
      });
    const approve = async (serial: number) => {
      const { body } = await propose(`change ${serial}`);
      const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
      const signature = toBase64(ops.sign(key.privateKey, scheme, approvalText(body.digest)));
      return service.call('POST', `/v1/change-sets/${body.id}/approval`, {
        token: approver,
        body: { digest: body.digest, signature: { certificate: toBase64(bidder(serial).der), signature } },
      });
    };
    expect((await approve(1)).body.state).toBe('applied');
    expect((await approve(666)).body.error).toMatchObject({ code: 'ERR_CHANGE_SIGNATURE' });
  });
});

describe('a revoked issuer', () => {
  const middleKey = ops.generateKeyPair({ kind: 'sm2' });
  const middle = { name: name('中间 CA'), key: middleKey };
  const identifier = extension('2.5.29.14', false, derOctetString(Uint8Array.of(1, 2)));
  const issued = (serial = 666) =>
    makeCertificate(
      {
        ...{ subject: middle.name, key: middleKey, issuer: world.issuer, serial },
        extensions: [basicConstraints(), keyUsage(5, 6), identifier],
      },
      ops,
    );

  it('is not hidden by coming in an attribute that nobody signed', async () => {
    const bringing = (serial: number) =>
      verify(
        bidder(1, [], middle),
        [],
        {},
        { unsignedAttributes: [attribute(oids.certificateValues, derSequence(issued(serial).der))] },
      );
    expect((await bringing(5)).body.indication).toBe('passed');
    expect((await bringing(666)).body.reason.code).toBe('ERR_REVOCATION_REVOKED');
  });

  it('is not hidden by namesakes that come along', async () => {
    const authority = issued();
    const namesakes = Array.from({ length: 80 }, (_, index) =>
      makeCertificate(
        {
          ...{ subject: middle.name, key, issuer: stranger, serial: 100 + index },
          extensions: [basicConstraints(), keyUsage(5, 6), identifier],
        },
        ops,
      ),
    );
    const leaf = bidder(1, [], middle);
    expect((await world.validate(leaf, { intermediates: [toBase64(authority.der)] })).body.reason.code).toBe(
      'ERR_REVOCATION_REVOKED',
    );
    for (const intermediates of [
      [...namesakes, authority],
      [authority, ...namesakes],
    ]) {
      const { body } = await world.validate(leaf, { intermediates: intermediates.map(({ der }) => toBase64(der)) });
      expect(body.indication).not.toBe('passed');
      expect((await verify(leaf, intermediates)).body.indication).not.toBe('passed');
    }
  });
});

describe('a list', () => {
  it('by a namesake of the CA that came along in a message is not taken for the CA’s', async () => {
    const other = await EvidenceWorld.create({ kind: 'sm2' });
    const impostor = { name: other.issuer.name, key };
    const extensions = [basicConstraints(), keyUsage(5, 6)];
    const namesake = makeCertificate({ subject: impostor.name, key, issuer: impostor, extensions }, ops);
    other.double.serve('/own.crl', () => other.crl({ issuer: impostor, number: 99 }));
    await other.useLists('/own.crl');
    const certificate = bidder(1, [], other.issuer);
    const certificates = [namesake.der, certificate.der];
    const message = buildMessage({ content, certificate, key: key.privateKey, certificates }, ops);
    const asked = () =>
      other.service.call('POST', '/v1/signatures/verify', {
        token: other.service.administrator,
        body: { kind: 'message', message: toBase64(message) },
      });
    expect((await asked()).body).toMatchObject({
      indication: 'indeterminate',
      sources: [{ outcome: 'failed', reason: { code: 'ERR_EVIDENCE_REJECTED' } }],
    });
    other.double.serve('/own.crl', () => other.crl());
    other.service.advance(10_000);
    expect((await asked()).body.indication).toBe('passed');
    await other.close();
  });
});

describe('a responder', () => {
  it('is not asked about a crowd of certificates that its CA never signed', async () => {
    const other = await EvidenceWorld.create({ kind: 'sm2' });
    const honest = bidder(1, [], other.issuer);
    other.double.serve('/ocsp', other.respond([honest]));
    await other.useResponder('/ocsp');
    const forger: Issuer = { name: other.issuer.name, key };
    const forged = Array.from({ length: 40 }, (_, index) => bidder(100 + index, [], forger));
    const { evidence, trust, store } = other.service.ports;
    const asked = async (certificates: readonly Certificate[]) => {
      await evidence.gather({ certificates, candidates: [], trust: await trust.current(store) });
      return other.double.countOf('/ocsp');
    };
    expect(await asked([...forged, honest])).toBe(1);
    await other.close();
  });
});

describe('a question with anchors of its own', () => {
  it('that wants evidence fetched has it fetched, or is refused', async () => {
    const anchors = { trustAnchors: [toBase64(world.anchor.der)], evidence: 'fetch' };
    const { status, body } = await world.validate(bidder(666), anchors);
    expect([status, body.error?.params?.field ?? body.error?.details?.field]).toMatchObject([400, '/evidence']);
  });
});
