import {
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  oids,
} from '@onelock/core/asn1';
import { utf8Encode } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import {
  basicConstraints,
  type KeyPair,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
  schemeOf,
} from '../../test/support/test-ca.ts';
import { judgeMessage } from './judge-message.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const at = new Date('2026-06-01T00:00:00Z');
const content = utf8Encode('bid');

interface Entity {
  readonly name: Uint8Array;
  readonly key: KeyPair;
}
const entity = (label: string): Entity => ({ name: name(label), key: key(label) });
const authority = (subject: Entity, issuer: Entity): Certificate =>
  makeCertificate(
    { subject: subject.name, key: subject.key, issuer, extensions: [basicConstraints(), keyUsage(5)] },
    ops,
  );

const sha256 = derSequence(derOid(oids.sha256), derNull());
const scheme = schemeOf(key('signer').publicKey);

/** A message without signed attributes, as many signers as there are certificates, all of one key. */
function messageOf(signers: readonly Certificate[], carried: readonly Certificate[]): Uint8Array {
  const infos = signers.map((certificate) =>
    derSequence(
      derInteger(1),
      derSequence(certificate.issuerDer, derInteger(BigInt(`0x${certificate.serialNumber}`))),
      sha256,
      scheme.identifier,
      derOctetString(ops.sign(key('signer').privateKey, scheme.algorithm, content)),
    ),
  );
  const encapsulated = derSequence(derOid(oids.data), derExplicit(0, derOctetString(content)));
  const certificates = derExplicit(0, ...[...signers, ...carried].map(({ der }) => der));
  const fields = derSequence(derInteger(1), derSetOf(sha256), encapsulated, certificates, derSetOf(...infos));
  return derSequence(derOid(oids.signedData), derExplicit(0, fields));
}

describe('a message of 64 signers in a web where every CA has certified every other', () => {
  const root = authority(entity('root'), entity('root'));
  const cas = Array.from({ length: 7 }, (_, index) => entity(`ca ${index}`));
  const web = cas.flatMap((subject) =>
    cas.filter((issuer) => issuer !== subject).map((issuer) => authority(subject, issuer)),
  );
  const signersOf = (issuer: Entity): readonly Certificate[] =>
    Array.from({ length: 64 }, () =>
      makeCertificate({ subject: name('signer'), key: key('signer'), issuer, extensions: [keyUsage(0)] }, ops),
    );
  const judge = (message: Uint8Array) =>
    judgeMessage(
      {
        ...{ message: parseSignedData(message), intermediates: [], trustAnchors: [anchor(root)], at },
        ...{ profile: 'rfc5280', revocation: 'if-available' },
      },
      ops,
    );

  it('costs about as much as one certificate does: the signers share what a search may spend', () => {
    const report = judge(messageOf(signersOf(entity('ca 0')), web));
    expect(report.indication).toBe('failed');
    expect(report.signers).toHaveLength(64);
    const tried = report.signers.flatMap(({ certificate }) => certificate?.attempts ?? []);
    expect(tried.length).toBeGreaterThan(0);
    // Alone, each signer would name 64 ways and try thousands.
    expect(tried.length).toBeLessThan(64 * 64);
  });

  it('still passes when each signer has an honest path', () => {
    const issuing = entity('issuing');
    const path = [authority(issuing, entity('policy')), authority(entity('policy'), entity('root'))];
    const report = judge(messageOf(signersOf(issuing), path));
    expect(report.reason).toBeUndefined();
    expect(report.indication).toBe('passed');
  });
});
