import { type DigestAlgorithm, digestOfOid, sm2DefaultUserId } from '../crypto/index.ts';
import type { Certificate } from '../x509/index.ts';
import { certificatesOf, embeddedCertificates } from './find-signer.ts';
import type { ContentPlan } from './signed-content.ts';
import type { SignedData } from './signed-data.ts';

/**
 * What must be computed while the content of this message goes by, so that its signers can be judged without holding it.
 *
 * @param certificates  to look for signers in, beside those of the message
 */
export function contentPlan(message: SignedData, certificates: readonly Certificate[] = []): Required<ContentPlan> {
  const known = [...embeddedCertificates(message), ...certificates];
  const digests = message.signers
    .map(({ digestAlgorithm }) => digestOfOid(digestAlgorithm))
    .filter((digest): digest is DigestAlgorithm => digest !== undefined);
  const bare = message.signers.filter(({ signedAttributes }) => signedAttributes === null);
  const sm2 = bare
    .flatMap(({ identifier }) => certificatesOf(identifier, known))
    .flatMap(({ publicKey }) => (publicKey.kind === 'sm2' ? [{ key: publicKey, userId: sm2DefaultUserId }] : []));
  return { digests: [...new Set(digests)], sm2 };
}
