import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { Ports } from '../ports/ports.ts';
import { readBytes } from '../read-certificates.ts';
import { type ApplicationAct, demandReach } from './application-act.ts';
import { changeApplication, demandState } from './change-application.ts';
import { checkRequest } from './check-request.ts';
import { checkRenewalProof } from './renewal-proof.ts';
import { type ApplicationView, applicationView } from './views.ts';
import { watchApplication } from './watch-application.ts';

export interface SubmissionInput {
  /** PKCS#10, base64 DER. */
  readonly request: string;
  /** Of a renewal: detached SignedData by the old certificate over the request's DER, base64. */
  readonly proof?: string | undefined;
}

/**
 * Hands in what the applicant's key made. From here on the service brings the application to the CA by itself, unless the watch-list stops it.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_ENROLMENT_STATE, ERR_ENROLMENT_REQUEST_REFUSED, ERR_ENROLMENT_KEY_USED,
 *   ERR_ENROLMENT_PROOF_REFUSED; ERR_X509_… and ERR_DER_… with `field`
 */
export async function submitApplication(
  ports: Ports,
  act: ApplicationAct,
  id: string,
  input: SubmissionInput,
  by: 'phones' | 'others' = 'others',
): Promise<ApplicationView> {
  const { store, ops, clock } = ports;
  const known = demandReach(await store.applications.byId(id), act.reach);
  // What is for phones comes from the page for phones, which has looked at the key.
  if ((known.product.medium === 'phone') !== (by === 'phones')) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  demandState(known, ['draft']);
  const der = readBytes(input.request, '/request');
  const request = checkRequest(der, known, ops);
  const proof = input.proof === undefined ? null : readBytes(input.proof, '/proof');
  if (known.renews !== null) {
    if (proof === null) throw new CodedError('ERR_ENROLMENT_PROOF_REFUSED', { cause: 'missing' });
    await checkRenewalProof(ports, proof, der, known.renews);
  } else if (proof !== null)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/proof', rule: 'of a renewal alone' });
  const requestKeyDigest = toHex(ops.digest('sm3', request.spki));
  return act.transaction(async (repositories) => {
    const application = demandReach(await repositories.applications.byId(id), act.reach);
    demandState(application, ['draft']);
    const certified = await repositories.certificates.list({ after: null, limit: 1 }, { keyDigest: requestKeyDigest });
    if (certified.length > 0 || (await repositories.applications.otherWithKey(requestKeyDigest, id)))
      throw new CodedError('ERR_ENROLMENT_KEY_USED');
    const now = clock().toISOString();
    const stopped = await watchApplication(repositories, ports, application);
    const submitted = await changeApplication(repositories, ports, act.author, application, {
      action: 'application.submit',
      fields: {
        ...{ state: stopped === null ? 'submitted' : 'held', reason: stopped },
        ...{ request: der, requestKeyDigest, proof, submittedAt: now, nextAttemptAt: stopped === null ? now : null },
      },
      details: { publicKey: `sm3:${requestKeyDigest}`, renews: application.renews },
    });
    return applicationView(submitted);
  });
}
