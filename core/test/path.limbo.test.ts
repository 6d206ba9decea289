import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { type PeerName, type ProfileName, validatePath } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { anchor } from './support/certificates.ts';

const ops = createNodeCrypto();

interface LimboCase {
  readonly id: string;
  readonly features: readonly string[];
  readonly validation_kind: 'SERVER' | 'CLIENT';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly extended_key_usage: readonly string[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: { readonly kind: string; readonly value: string } | null;
  readonly expected_peer_names: readonly { readonly kind: string; readonly value: string }[];
  readonly max_chain_depth: number | null;
}

const purposes: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};
const peerKinds: Readonly<Record<string, PeerName['kind']>> = { DNS: 'dns', IP: 'ip', RFC822: 'email' };

/** The suite's own namespaces say by whose rules a case is meant. */
const profileOf = ({ id, validation_kind }: LimboCase): ProfileName =>
  validation_kind === 'CLIENT' || id.startsWith('rfc5280::') ? 'rfc5280-strict' : 'tls-server';

const certificates = (pems: readonly string[]): readonly Certificate[] =>
  pems.flatMap((pem) => decodePem(pem).map(({ bytes }) => parseCertificate(bytes)));

function verdictOn(limboCase: LimboCase): 'SUCCESS' | 'FAILURE' {
  const [leaf] = certificates([limboCase.peer_certificate]);
  if (leaf === undefined) throw new Error(`${limboCase.id} has no leaf`);
  const name = limboCase.expected_peer_name ?? limboCase.expected_peer_names[0];
  const kind = name && peerKinds[name.kind];
  const report = validatePath(
    {
      leaf,
      intermediates: certificates(limboCase.untrusted_intermediates),
      trustAnchors: certificates(limboCase.trusted_certs).map(anchor),
      at: new Date(limboCase.validation_time ?? '2026-06-01T00:00:00Z'),
      profile: profileOf(limboCase),
      peerName: name && kind && { kind, value: name.value },
      extendedKeyUsage: limboCase.extended_key_usage.map((usage) => purposes[usage] ?? usage),
      maxIntermediates: limboCase.max_chain_depth ?? undefined,
    },
    ops,
  );
  return report.verdict.indication === 'passed' ? 'SUCCESS' : 'FAILURE';
}

/** A certificate that does not parse is refused as well. */
function outcomeOf(limboCase: LimboCase): 'SUCCESS' | 'FAILURE' {
  try {
    return verdictOn(limboCase);
  } catch (error) {
    if (isCodedError(error)) return 'FAILURE';
    throw error;
  }
}

requireReal('x509-limbo', publishedVector('x509-limbo/limbo-shared.json'))('the x509-limbo suite', (file) => {
  const { testcases } = JSON.parse(readFileSync(file, 'utf8')) as { testcases: readonly LimboCase[] };
  const [withLists, judged] = [
    testcases.filter(({ features }) => features.includes('has-crl')),
    testcases.filter(({ features }) => !features.includes('has-crl')),
  ];

  it.each(judged.map((limboCase) => [limboCase.id, limboCase] as const))('%s', (_id, limboCase) => {
    expect(outcomeOf(limboCase)).toBe(limboCase.expected_result);
  });

  it('is judged whole, but for the cases about revocation lists', () => {
    expect(judged.length).toBeGreaterThan(60);
    expect(withLists.length).toBeLessThan(testcases.length / 10);
  });
});
