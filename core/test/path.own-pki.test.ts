import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { validatePath } from '@onelock/core/path';
import { describe, expect, it } from 'vitest';
import { anchor, ownCertificate, ownPki } from './support/certificates.ts';

const ops = createNodeCrypto();

interface PkiCase {
  readonly id: string;
  readonly description: string;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly trust: readonly string[];
  readonly at: string;
  readonly expected: { readonly indication: string; readonly code?: string };
}

const { cases } = JSON.parse(readFileSync(path.join(ownPki, 'index.json'), 'utf8')) as { cases: readonly PkiCase[] };

describe('paths of our own hierarchy, made by OpenSSL', () => {
  it.each(cases.map((each) => [each.id, each.description, each] as const))('%s: %s', (_id, _description, pkiCase) => {
    const { verdict } = validatePath(
      {
        leaf: ownCertificate(pkiCase.leaf),
        intermediates: pkiCase.intermediates.map(ownCertificate),
        trustAnchors: pkiCase.trust.map((name) => anchor(ownCertificate(name))),
        at: new Date(pkiCase.at),
        profile: 'rfc5280',
      },
      ops,
    );
    const code = verdict.indication === 'passed' ? undefined : verdict.reason.code;
    expect({ indication: verdict.indication, code }).toEqual({ code: undefined, ...pkiCase.expected });
  });

  it('covers both verdicts', () => {
    expect(new Set(cases.map(({ expected }) => expected.indication))).toEqual(new Set(['passed', 'failed']));
  });
});
