import { type CallName, callNames } from '@onelock/core/contract';
import type { Handlers } from '../dispatch/call-context.ts';
import { agentAndDevices } from './agent-and-devices.ts';
import { certificateIssue } from './certificate-issue.ts';
import { certificates } from './certificates.ts';
import { envelopes } from './envelopes.ts';
import { fileEnvelopes } from './file-envelopes.ts';
import { fileSignatures } from './file-signatures.ts';
import { keyEncryption } from './key-encryption.ts';
import type { AgentParts } from './parts.ts';
import { pinAndKeySessions } from './pin-and-key-sessions.ts';
import { pinLife } from './pin-life.ts';
import { sign } from './sign.ts';
import { utility } from './utility.ts';
import { verify } from './verify.ts';

/** The table of everything that is served, made once at start. */
export function createHandlers(parts: AgentParts): Handlers {
  const handlers: Handlers = {
    ...agentAndDevices(parts, () => servedCalls(handlers)),
    ...certificates(parts),
    ...certificateIssue(parts),
    ...pinAndKeySessions(parts),
    ...pinLife(parts),
    ...sign(parts),
    ...fileSignatures(parts),
    ...verify(parts),
    ...envelopes(parts),
    ...fileEnvelopes(parts),
    ...keyEncryption(parts),
    ...utility(parts),
  };
  return handlers;
}

/** In the contract's order. */
export function servedCalls(handlers: Handlers): readonly CallName[] {
  return callNames.filter((call) => handlers[call] !== undefined);
}
