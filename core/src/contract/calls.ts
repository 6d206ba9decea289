import * as agentAndDevices from './calls/agent-and-devices.ts';
import * as certificateIssue from './calls/certificate-issue.ts';
import * as certificates from './calls/certificates.ts';
import * as cloudAndPhone from './calls/cloud-and-phone.ts';
import * as documents from './calls/documents.ts';
import * as envelopes from './calls/envelopes.ts';
import * as keyEncryption from './calls/key-encryption.ts';
import * as pinAndKeySessions from './calls/pin-and-key-sessions.ts';
import * as pinChange from './calls/pin-change.ts';
import * as seals from './calls/seals.ts';
import * as sign from './calls/sign.ts';
import * as signFiles from './calls/sign-files.ts';
import * as time from './calls/time.ts';
import * as utility from './calls/utility.ts';
import * as verify from './calls/verify.ts';
import type { CallDefinition } from './define-call.ts';
import type { CallName } from './names.ts';

/** The 50 calls by name. What an agent serves of them today is said by its capabilities, not here. */
export const calls = {
  ...agentAndDevices,
  ...certificates,
  ...certificateIssue,
  ...pinAndKeySessions,
  ...pinChange,
  ...sign,
  ...signFiles,
  ...verify,
  ...envelopes,
  ...keyEncryption,
  ...seals,
  ...documents,
  ...time,
  ...cloudAndPhone,
  ...utility,
} as const satisfies Readonly<Record<CallName, CallDefinition>>;
