import { fromBase64 } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { encodeLoginToken, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { parseCertificate } from '@onelock/core/x509';
import type { BenchCa } from './corpus.ts';
import { post } from './drive.ts';
import type { RunningBenchService } from './run-service.ts';

/** Tokens as agents make them, each over a challenge of its own. */
export async function loginBodies(
  running: RunningBenchService,
  token: string,
  origin: string,
  cas: readonly BenchCa[],
  count: number,
  ops: CryptoOps,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (let index = 0; index < count; index += 50)
    made.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, async (_, offset) => {
          const { challenge } = await post(running, '/v1/challenges', token, { origin });
          const ca = cas[(index + offset) % cas.length] as BenchCa;
          // Not one of those that are revoked.
          const at = ((index + offset) * 100 + 1) % ca.leaves.length;
          return loginBody(ca, at, origin, fromBase64(String(challenge)), ops);
        }),
      )),
    );
  return made;
}

function loginBody(ca: BenchCa, at: number, origin: string, challenge: Uint8Array, ops: CryptoOps): string {
  const certificate = parseCertificate(ca.leaves[at] as Uint8Array);
  const scheme = loginScheme(certificate.publicKey);
  const statement = {
    purpose: 'login',
    origin,
    challenge,
    certificate: certificate.der,
    digest: scheme.digest,
  } as const;
  const key = ca.leafKeys[at];
  if (key === undefined) throw new Error('a leaf without a key');
  const signature = ops.sign(key.privateKey, scheme.signature, loginToBeSigned(statement, ops));
  const algorithm = scheme.id;
  return JSON.stringify({
    token: encodeLoginToken({ version: 1, origin, challenge, certificate: certificate.der, algorithm, signature }),
  });
}
