// Attempts at a verdict `passed` that nobody deserves, each of them by a way that the standards leave open or that validators in
// use have fallen for.
import {
  derBitString,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  derValue,
  oids,
  readDer,
} from '@onelock/core/asn1';
import { addUnsignedAttribute, ContentDigester, parseSignedData } from '@onelock/core/cms';
import { parsePublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '@onelock/core/crypto';
import { judgeMessage, type MessageEvidence, type Report } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from './support/certificates.ts';
import { ops } from './support/engine.ts';
import { authority, cause, content, issuing, judged, key, leaf, of, trust } from './support/honest-case.ts';
import { attribute, buildMessage, honestAttributes } from './support/message-builder.ts';
import { basicConstraints, extension, type Issuer, keyUsage, makeCertificate, name } from './support/test-ca.ts';
import { makeCrl } from './support/test-crl.ts';
import { makeResponse } from './support/test-ocsp.ts';
import { authorityCertificate, makeToken } from './support/test-tsa.ts';

describe('a signature by other rules than those that are stated', () => {
  const empty = { kind: 'sm2-sm3', userId: new Uint8Array(0) } as const;

  function resigned(
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    outer = certificate.signatureAlgorithm.der,
  ) {
    const signature = ops.sign(key('issuing').privateKey, algorithm, certificate.tbs);
    return parseCertificate(derSequence(certificate.tbs, outer, derBitString(signature)));
  }

  it('with the empty user id, or another one', () => {
    expect(cause(judged({ certificate: resigned(leaf, { kind: 'sm2-sm3', userId: sm2DefaultUserId }) }))).toBe(
      'passed',
    );
    for (const userId of [new Uint8Array(0), new TextEncoder().encode('ALICE123@YAHOO.COM')])
      expect(cause(judged({ certificate: resigned(leaf, { kind: 'sm2-sm3', userId }) }))).toBe(
        'ERR_PATH_SIGNATURE_INVALID',
      );
    const message = buildMessage({ content, certificate: leaf, key: key('leaf').privateKey, attributes: null }, ops);
    const parsed = parseSignedData(message);
    const [signer] = parsed.signers;
    if (signer === undefined) throw new Error('it is signed');
    const signature = ops.sign(key('leaf').privateKey, empty, content);
    const other = { ...parsed, signers: [{ ...signer, signature }] };
    expect(cause(judgeMessage({ ...trust, revocation: 'none', message: other }, ops))).toBe('ERR_SIGNATURE_INVALID');
  });

  it('stated otherwise inside than outside', () => {
    for (const outer of [derSequence(derOid(oids.sm2Sign)), derSequence(derOid(oids.sm2WithSm3), derNull())]) {
      const odd = resigned(leaf, { kind: 'sm2-sm3', userId: sm2DefaultUserId }, outer);
      expect(judged({ certificate: odd }).indication).toBe('failed');
    }
  });

  it('plain ECDSA on the curve of SM2', () => {
    const tbs = (algorithm: Uint8Array): Uint8Array => {
      const fields = readDer(leaf.tbs).sequence().rest();
      return derSequence(...fields.map(({ der }, index) => (index === 2 ? algorithm : der)));
    };
    const ecdsa = derSequence(derOid(oids.ecdsaWithSha256));
    const odd = parseCertificate(derSequence(tbs(ecdsa), ecdsa, derBitString(leaf.signature)));
    expect(judged({ certificate: odd }).indication).toBe('failed');
  });

  it('r and s beyond the order, zero, or with octets to spare', () => {
    const [r, s] = [new Uint8Array(32).fill(0xff), new Uint8Array(32)];
    const forms = [
      derSequence(derInteger(0), derInteger(0)),
      derSequence(derInteger(1), derInteger(0)),
      derSequence(derValue(derTag.integer, Uint8Array.of(0), r), derInteger(1)),
      derSequence(derValue(derTag.integer, s), derInteger(1)),
      new Uint8Array(64),
      new Uint8Array(0),
    ];
    for (const form of forms) {
      const odd = parseCertificate(derSequence(leaf.tbs, leaf.signatureAlgorithm.der, derBitString(form)));
      expect(judged({ certificate: odd }).indication).toBe('failed');
    }
  });

  it('RSA-PSS with less than a key allows, or with SHA-1 for a mask', () => {
    const rsa = ops.generateKeyPair({ kind: 'rsa', bits: 2048 });
    const sha = (oid: string): Uint8Array => derSequence(derOid(oid));
    const parameters = (digest: string, mask: string, salt: number): Uint8Array =>
      derSequence(
        derExplicit(0, sha(digest)),
        derExplicit(1, derSequence(derOid(oids.mgf1), sha(mask))),
        derExplicit(2, derInteger(salt)),
      );
    const pssKey = (allowed: Uint8Array): ReturnType<typeof parsePublicKey> => {
      const fields = readDer(rsa.publicKey.spki).sequence();
      fields.next();
      return parsePublicKey(derSequence(derSequence(derOid(oids.rsassaPss), allowed), fields.next().der));
    };
    const outcome = (
      allowed: Uint8Array,
      digest: 'sha256' | 'sha384',
      mgf1Digest: 'sha1' | 'sha256' | 'sha384',
      saltLength: number,
    ) => {
      const ca = { name: name('rsa'), key: { privateKey: rsa.privateKey, publicKey: pssKey(allowed) } };
      const extensions = [basicConstraints(), keyUsage(5, 6)];
      const anchorCertificate = makeCertificate({ subject: ca.name, key: ca.key, issuer: of('root'), extensions }, ops);
      const identifier = derSequence(derOid(oids.rsassaPss), parameters(oids[digest], oids[mgf1Digest], saltLength));
      const fields = readDer(leaf.tbs).sequence().rest();
      const places = new Map([
        [2, identifier],
        [3, ca.name],
      ]);
      const tbs = derSequence(...fields.map(({ der }, index) => places.get(index) ?? der));
      const signature = ops.sign(rsa.privateKey, { kind: 'rsa-pss', digest, mgf1Digest: digest, saltLength }, tbs);
      const certificate = parseCertificate(derSequence(tbs, identifier, derBitString(signature)));
      return cause(judged({ certificate, trustAnchors: [anchor(anchorCertificate)], intermediates: [] }));
    };
    const allowed = parameters(oids.sha256, oids.sha256, 32);
    expect(outcome(allowed, 'sha256', 'sha256', 32)).toBe('passed');
    expect(outcome(allowed, 'sha256', 'sha256', 20)).not.toBe('passed');
    expect(outcome(allowed, 'sha384', 'sha384', 48)).not.toBe('passed');
    expect(outcome(parameters(oids.sha256, oids.sha1, 32), 'sha256', 'sha1', 32)).toBe('ERR_PATH_ALGORITHM_WEAK');
  });
});

describe('whoever signs revocation evidence in the name of another', () => {
  const bySibling = authority('sibling', 'root');
  const clean = (issuer: Issuer): Uint8Array =>
    makeCrl({ issuer, thisUpdate: new Date('2026-05-30T00:00:00Z'), number: 9 }, ops);
  const lists = (...more: readonly Uint8Array[]) => ({
    revocation: 'require' as const,
    crls: [makeCrl({ issuer: of('root') }, ops), ...more],
  });

  it('a CA beside the issuer, through a certificate for somebody of the issuer’s name', () => {
    const impostor = makeCertificate(
      { subject: name('issuing'), key: key('impostor'), issuer: of('sibling'), extensions: [keyUsage(6)] },
      ops,
    );
    const forged = clean({ name: name('issuing'), key: key('impostor') });
    const intermediates = [issuing, bySibling, impostor];
    expect(cause(judged({ ...lists(forged), intermediates }))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
    const hold = makeCrl({ issuer: of('issuing'), entries: [{ serial: 77, reason: 6 }] }, ops);
    expect(cause(judged({ ...lists(hold, forged), intermediates }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('the same through a CA that bears the name of the root', () => {
    const second = authority('root', 'sibling', 'second root');
    const impostor = makeCertificate(
      {
        ...{ subject: name('issuing'), key: key('impostor'), extensions: [keyUsage(6)] },
        issuer: { name: name('root'), key: key('second root') },
      },
      ops,
    );
    const forged = clean({ name: name('issuing'), key: key('impostor') });
    const intermediates = [issuing, bySibling, second, impostor];
    expect(cause(judged({ ...lists(forged), intermediates }))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('but the issuer, or who certified it, may give it a key for lists', () => {
    for (const above of ['root', 'issuing']) {
      const separate = makeCertificate(
        { subject: name('issuing'), key: key('separate'), issuer: of(above), extensions: [keyUsage(6)] },
        ops,
      );
      const list = clean({ name: name('issuing'), key: key('separate') });
      // The list speaks for the certificate of its own signer as well, where the issuer made both.
      const own = above === 'issuing' ? [makeCrl({ issuer: of('issuing'), number: 8 }, ops)] : [];
      expect(cause(judged({ ...lists(list, ...own), intermediates: [issuing, separate] }))).toBe('passed');
    }
  });

  it('a response about the same number of an issuer of the same name with another key', () => {
    const namesake = authority('issuing', 'root', 'namesake');
    const response = makeResponse({ leaf, issuer: namesake, key: key('namesake') }, ops);
    const evidence = { ...lists(), ocspResponses: [response], intermediates: [issuing, namesake] };
    expect(judged(evidence).indication).toBe('indeterminate');
  });
});

describe('a CA whose key was compromised', () => {
  const cross = makeCertificate(
    {
      ...{ subject: name('issuing'), key: key('issuing') },
      issuer: of('root'),
      extensions: [basicConstraints(), keyUsage(5, 6)],
    },
    ops,
  );
  const [first, second] = [issuing, cross].sort((a, b) => a.serialNumber.localeCompare(b.serialNumber));
  const revoking = (reason: number) => ({
    revocation: 'if-available' as const,
    intermediates: [issuing, cross],
    crls: [
      makeCrl(
        {
          issuer: of('root'),
          entries: [first, second].slice(0, 1).map((each) => ({ serial: BigInt(`0x${each?.serialNumber}`), reason })),
        },
        ops,
      ),
      makeCrl({ issuer: of('issuing') }, ops),
    ],
  });

  it('does not come back by another certificate of the same key, as one that was merely replaced does', () => {
    const outcomes = (reason: number): readonly string[] =>
      [
        [issuing, cross],
        [cross, issuing],
      ].map((intermediates) => cause(judged({ ...revoking(reason), intermediates })));
    expect(outcomes(4)).toEqual(['passed', 'passed']);
    expect(outcomes(1)).toContain('ERR_REVOCATION_REVOKED');
  });
});

describe('a certificate made after its date with the stolen key of a CA', () => {
  const stampTime = new Date('2026-05-01T00:00:00Z');
  const tsa = { certificate: authorityCertificate(of('root'), key('tsa')), key: key('tsa') };

  /** Signed and stamped in May; the list of the root is of June, when the issuing CA was found out. */
  function outcome(attributes: readonly Uint8Array[] | undefined, reason: number): string {
    const own = attributes === undefined ? {} : { attributes };
    const message = buildMessage({ content, certificate: leaf, key: key('leaf').privateKey, ...own }, ops);
    const signature = parseSignedData(message).signers[0]?.signature ?? new Uint8Array();
    const token = makeToken({ ...tsa, content: signature, time: stampTime });
    const found = { serial: BigInt(`0x${issuing.serialNumber}`), at: new Date('2026-05-20T00:00:00Z'), reason };
    const crls = [makeCrl({ issuer: of('root'), thisUpdate: new Date('2026-05-25T00:00:00Z'), entries: [found] }, ops)];
    const stamped = parseSignedData(addUnsignedAttribute(message, 0, 'timeStampToken', token));
    return cause(judgeMessage({ ...trust, revocation: 'if-available', crls, message: stamped }, ops));
  }
  const named = [
    ...honestAttributes(content, ops),
    attribute(
      oids.signingCertificateV2,
      derSequence(derSequence(derSequence(derOctetString(ops.digest('sha256', leaf.der))))),
    ),
  ];

  it('does not pass by a stamp from before, unless the signature names it', () => {
    expect(outcome(undefined, 2)).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(named, 2)).toBe('passed');
    expect(outcome(undefined, 5)).toBe('passed');
  });
});

describe('content read past', () => {
  it.each([[[]], [['sha1']]] as const)(
    'is held against the content inside, whatever was asked to be digested: %s',
    (digests) => {
      const message = parseSignedData(
        buildMessage({ content, certificate: leaf, key: key('leaf').privateKey, attributes: null }, ops),
      );
      const judge = (octets: Uint8Array): Report => {
        const digester = new ContentDigester({ digests }, ops);
        digester.update(octets);
        return judgeMessage({ ...trust, revocation: 'none', message, content: digester.finish() }, ops);
      };
      expect(cause(judge(content))).toBe('passed');
      expect(cause(judge(content.with(0, 0)))).toBe('ERR_CMS_CONTENT_MISMATCH');
    },
  );
});

describe('a message that costs more than an honest one', () => {
  const message = buildMessage({ content, certificate: leaf, key: key('leaf').privateKey }, ops);
  const judge = (der: Uint8Array, change: Partial<MessageEvidence> = {}): Report =>
    judgeMessage({ ...trust, revocation: 'none', message: parseSignedData(der), ...change }, ops);

  it('with a thousand certificates of the signer’s name and number', () => {
    const namesakes = Array.from({ length: 1000 }, (_, index) =>
      makeCertificate(
        {
          subject: name(`leaf ${index}`),
          key: key('leaf'),
          issuer: of('issuing'),
          serial: 77,
          extensions: [keyUsage(0)],
        },
        ops,
      ),
    );
    const certificates = [...namesakes.map(({ der }) => der), leaf.der];
    const crowded = buildMessage({ content, certificate: leaf, key: key('a thief').privateKey, certificates }, ops);
    let checks = 0;
    const verify: typeof ops.verify = (...given) => {
      checks++;
      return ops.verify(...given);
    };
    const counting = { ...ops, verify };
    const report = judgeMessage({ ...trust, revocation: 'none', message: parseSignedData(crowded) }, counting);
    expect(cause(report)).toBe('ERR_SIGNATURE_INVALID');
    expect(checks).toBeLessThan(64);
  });

  it('with countersignatures or stamps without end', () => {
    const witness = derSequence(derInteger(1));
    const added = (kind: 'countersignature' | 'timeStampToken', count: number): Uint8Array => {
      let crowded = message;
      for (let index = 0; index < count; index++) crowded = addUnsignedAttribute(crowded, 0, kind, witness);
      return crowded;
    };
    for (const [kind, count] of [
      ['countersignature', 17],
      ['timeStampToken', 19],
      ['timeStampToken', 65],
    ] as const)
      expect(judge(added(kind, count))).toMatchObject({
        indication: 'failed',
        reason: { code: 'ERR_CMS_ATTRIBUTE_INVALID', params: { attribute: kind } },
      });
  });
});

describe('a certificate that says a thing twice', () => {
  it('in two extensions of one kind is not read at all', () => {
    const twice = (): Certificate =>
      makeCertificate(
        {
          subject: name('twice'),
          key: key('leaf'),
          issuer: of('issuing'),
          extensions: [keyUsage(0), extension(oids.keyUsage, true, Uint8Array.of(3, 2, 2, 4))],
        },
        ops,
      );
    expect(twice).toFailWith('ERR_X509_EXTENSION_DUPLICATE');
  });

  it('in two attributes of one kind of a message does not pass', () => {
    const digest = (given: Uint8Array): Uint8Array =>
      derSequence(derOid(oids.messageDigest), derSetOf(derOctetString(ops.digest('sm3', given))));
    const type = derSequence(derOid(oids.contentType), derSetOf(derOid(oids.gmData)));
    const attributes = [type, digest(content), digest(new Uint8Array(1))];
    const message = buildMessage({ content, certificate: leaf, key: key('leaf').privateKey, attributes }, ops);
    expect(cause(judgeMessage({ ...trust, revocation: 'none', message: parseSignedData(message) }, ops))).toBe(
      'ERR_CMS_ATTRIBUTE_INVALID',
    );
  });
});
