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

/** Written out, because the declaration of the inferred type would be longer than the compiler writes. */
type Calls = typeof agentAndDevices &
  typeof certificateIssue &
  typeof certificates &
  typeof cloudAndPhone &
  typeof documents &
  typeof envelopes &
  typeof keyEncryption &
  typeof pinAndKeySessions &
  typeof pinChange &
  typeof seals &
  typeof sign &
  typeof signFiles &
  typeof time &
  typeof utility &
  typeof verify;

/** The 50 calls by name. What an agent serves of them today is said by its capabilities, not here. */
export const calls: Calls = {
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
} satisfies Readonly<Record<CallName, CallDefinition>>;
