import * as agentAndDevices from './calls/agent-and-devices.ts';
import * as certificates from './calls/certificates.ts';
import * as pinAndKeySessions from './calls/pin-and-key-sessions.ts';
import * as sign from './calls/sign.ts';
import * as utility from './calls/utility.ts';
import * as verify from './calls/verify.ts';
import type { CallDefinition } from './define-call.ts';
import type { CallName } from './names.ts';

const defined = {
  ...agentAndDevices,
  ...certificates,
  ...pinAndKeySessions,
  ...sign,
  ...verify,
  ...utility,
} as const;

/** Every call by name. */
export const calls = defined as typeof defined &
  Readonly<Record<Exclude<CallName, keyof typeof defined>, CallDefinition>>;
