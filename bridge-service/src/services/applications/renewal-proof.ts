import { toHex } from '@onelock/core/bytes';
import { embeddedCertificates, parseSignedData } from '@onelock/core/cms';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { withRegistry } from '../gather-evidence.ts';
import { messageJudged } from '../judge-in-parallel.ts';
import { subjectsOf } from '../message-subjects.ts';
import type { Ports } from '../ports/ports.ts';

/** One signature with a certificate or two: a kilobyte or three. */
export const longestProof = 16_384;

/**
 * That the holder of the old certificate wants this very request: a detached message by it alone, over the request's bytes, whose certificate is
 * valid and not revoked now.
 *
 * @param renews  SM3 of the old certificate, hex
 * @throws {CodedError} ERR_ENROLMENT_PROOF_REFUSED { cause }
 */
export async function checkRenewalProof(
  ports: Ports,
  proof: Uint8Array,
  request: Uint8Array,
  renews: string,
): Promise<void> {
  if (proof.length > longestProof) throw refused('length');
  const message = reading(() => parseSignedData(proof));
  const holders = embeddedCertificates(message).filter(({ basicConstraints }) => basicConstraints?.ca !== true);
  const [holder] = holders;
  if (message.content !== null) throw refused('not detached');
  if (message.signers.length !== 1 || holder === undefined || holders.length > 1) throw refused('not one signer');
  if (toHex(ports.ops.digest('sm3', holder.der)) !== renews) throw refused('another certificate');
  const judgement = { at: ports.clock(), profile: 'bidding', revocation: 'if-available' } as const;
  const { evidence } = await withRegistry(ports, judgement, subjectsOf(message, []), [], true);
  const report = await messageJudged(ports, proof, message, request, evidence);
  if (report.indication !== 'passed') throw refused(report.reason?.code ?? report.indication);
}

function reading<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError('ERR_ENROLMENT_PROOF_REFUSED', { cause: error.code }, { cause: error });
  }
}

const refused = (cause: string): CodedError => new CodedError('ERR_ENROLMENT_PROOF_REFUSED', { cause });
