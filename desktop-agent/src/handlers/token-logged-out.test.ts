import { readFileSync } from 'node:fs';
import { decodePem } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { SessionId } from '@onelock/drivers/port';
import { expect, it } from 'vitest';
import type { Prompt } from '../consent/prompt.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import { type KeySession, KeySessions } from '../dispatch/key-sessions.ts';
import type { KeyAct } from './key-act.ts';
import type { AgentParts } from './parts.ts';
import { actWithKey } from './unlock-key.ts';

const pem = readFileSync(new URL('../../../vectors/pki/sm2/leaf.pem', import.meta.url), 'utf8');
const certificate = parseCertificate(decodePem(pem)[0]?.bytes ?? new Uint8Array());

const agreeing: Prompt = {
  ask: async (_question, _caller, attempt) => {
    const outcome = await attempt({ kind: 'allow' }, { onDevice: (typing) => typing() });
    if (outcome.kind === 'done') return outcome.value;
    throw new CodedError('ERR_AGENT_INTERNAL');
  },
};

it('a key session that the token ended by itself is closed with that word, not as a stopped driver', async () => {
  const heard: string[] = [];
  const sessions = new KeySessions(
    (_session, state, cause) => void heard.push(`${state} ${cause}`),
    (error) => {
      throw error;
    },
  );
  const present = {
    driver: { closeSession: () => Promise.reject(new CodedError('ERR_TOKEN_SESSION_CLOSED')) },
    device: { label: 'UKey', vendor: 'V', serialNumber: '1' },
    gone: new AbortController().signal,
  };
  const target = { present, identityId: 'sm2' };
  const connection = { origin: 'https://ggzy.example.gov.cn', closed: new AbortController().signal };
  const expiresAt = new Date(Date.now() + 60_000);
  const session = { connection, target, purposes: ['sign'], driverSession: 's' as SessionId, expiresAt };
  await sessions.open(session as unknown as KeySession, new Date());

  const parts = { sessions, prompt: agreeing, now: () => new Date() } as unknown as AgentParts;
  const caller = { signal: new AbortController().signal, language: 'auto' };
  const context = { connection, origin: connection.origin, caller } as unknown as CallContext;
  const act = { act: 'signData', on: { ...target, certificate } } as unknown as KeyAct;
  const signing = actWithKey(parts, context, act, 'sign', () =>
    Promise.reject(new CodedError('ERR_TOKEN_SESSION_CLOSED')),
  );
  expect(await signing.catch((error: unknown) => error)).toFailWith('ERR_TOKEN_SESSION_CLOSED');
  expect(heard).toEqual(['opened call', 'closed token-logged-out']);
});
