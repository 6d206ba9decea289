import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { StampOutcome } from '../tsa/index.ts';
import { appendAudit } from './append-audit.ts';
import type { Act, Ports } from './ports/ports.ts';

/**
 * Answers a TimeStampReq by the built-in authority. The stamp, its serial number and its audit entry are on the disk before the answer;
 * a question that is refused is answered too, by RFC 3161's own refusal.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND where there is no authority
 */
export async function issueTimestamp(
  ports: Ports,
  act: Act,
  { request, kind }: { readonly request: Uint8Array; readonly kind: 'sm2' | 'rsa' | undefined },
): Promise<Uint8Array> {
  const { tsa, ops } = ports;
  if (tsa === undefined) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const question = tsa.read(request, kind);
  const target = `sm3:${toHex(ops.digest('sm3', request))}`;
  const outcome = await act.transaction(async (repositories) => {
    const issued: StampOutcome = 'refused' in question ? question.refused : await tsa.issue(question, repositories);
    const granted = 'token' in issued;
    await appendAudit(repositories, ports, {
      ...{ actor: act.caller.id, role: act.caller.role, requestId: act.requestId, action: 'timestamp.issue', target },
      ...(granted
        ? {
            outcome: 'done',
            details: {
              serialNumber: issued.serialNumber,
              time: issued.time.toISOString(),
              key: issued.key,
              token: `sm3:${toHex(ops.digest('sm3', issued.token))}`,
            },
            evidence: [{ digest: toHex(ops.digest('sm3', issued.token)), bytes: issued.token }],
          }
        : { outcome: 'refused', details: { failure: issued.failure } }),
    });
    return issued;
  });
  return outcome.response;
}
