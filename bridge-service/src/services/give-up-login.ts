import { CodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import type { Act, Ports } from './ports/ports.ts';
import { authorOf } from './registry/record-change.ts';
import { useDetails } from './statistics/use-details.ts';
import { isErrorCode } from './support/is-error-code.ts';
import type { UseContext } from './watch-list/watch-use.ts';

export interface GivenUpLogin {
  /** Of the agent or the SDK: why there is no token. */
  readonly code: string;
  /** The challenge that was given for it. */
  readonly challenge: string;
  readonly context?: UseContext | undefined;
}

/**
 * Records that somebody was given a challenge and came with no token, and why: without it a driver that fails is only seen as people who
 * never come. The challenge stays what it was.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID { field: '/code' } for a code that nobody has registered
 */
export async function giveUpLogin(ports: Ports, act: Act, { code, challenge, context }: GivenUpLogin): Promise<void> {
  if (!isErrorCode(code)) throw new CodedError('ERR_REQUEST_INVALID', { field: '/code', rule: 'a registered code' });
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'login.give-up', target: challenge, outcome: 'refused', reason: code },
      details: useDetails(ports, context),
    }),
  );
}
