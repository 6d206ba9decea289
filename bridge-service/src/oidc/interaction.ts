import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseLoginToken } from '@onelock/core/login';
import type { ProfileName } from '@onelock/core/path';
import { parseCertificate } from '@onelock/core/x509';
import type { InteractionResults } from 'oidc-provider';
import { type GivenUpLogin, giveUpLogin } from '../services/give-up-login.ts';
import { secretDigest } from '../services/identifiers.ts';
import { judgeLoginToken, type LoginView } from '../services/judge-login-token.ts';
import { type OpenedChallenge, openChallenge } from '../services/open-challenge.ts';
import type { Act, Ports } from '../services/ports/ports.ts';
import { readingField } from '../services/read-certificates.ts';
import { readIdentity } from '../services/registry/read-identity.ts';
import type { UseContext } from '../services/watch-list/watch-use.ts';
import { accountOf, acrOf, amrOf, subjectOf } from './accounts.ts';
import { createAdapter } from './adapter.ts';
import { usableClient } from './client-metadata.ts';
import { accountModel, accountSeconds } from './create-provider.ts';
import type { SessionLogin } from './session-login.ts';

export interface InteractionPorts {
  readonly ports: Ports;
  readonly profile: ProfileName;
  /** Keys the subjects. */
  readonly subjectKey: string;
}

export interface Interaction {
  readonly uid: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Challenges of the hosted page, by the interaction that each was given to. */
const challengeModel = 'LoginChallenge';

/** The platform acts through its client, at the page's own origin. @throws {CodedError} ERR_LOGIN_CHALLENGE_UNKNOWN */
export async function platformAct(
  ports: Ports,
  origin: string,
  { params }: Pick<Interaction, 'params'>,
  requestId: string,
): Promise<Act> {
  const client = await usableClient(ports.store, String(params.client_id));
  const platform = client === null ? null : await ports.store.callers.byId(client.platformId);
  if (platform === null) throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN');
  return { caller: { ...platform, origins: [origin] }, requestId, transaction: ports.store.transaction };
}

/** Opens a challenge that counts in this interaction alone. */
export async function openLoginChallenge(
  { ports }: InteractionPorts,
  origin: string,
  interaction: Interaction,
  requestId: string,
): Promise<OpenedChallenge> {
  const opened = await openChallenge(ports, await platformAct(ports, origin, interaction, requestId), { origin });
  const seconds = ports.lifetimes.challengeSeconds;
  await createAdapter(ports)(challengeModel).upsert(
    interaction.uid,
    { jti: digestOf(ports, opened.challenge) },
    seconds,
  );
  return opened;
}

/** Records why the person who was given a challenge on the page has no token. @throws {CodedError} ERR_REQUEST_INVALID */
export async function tellFailure(
  { ports }: InteractionPorts,
  origin: string,
  interaction: Interaction,
  requestId: string,
  failure: GivenUpLogin,
): Promise<void> {
  await giveUpLogin(ports, await platformAct(ports, origin, interaction, requestId), failure);
}

export interface TakenToken {
  readonly login: LoginView;
  /** What the provider goes on with; null when the login did not pass. */
  readonly result: InteractionResults | null;
}

/** Judges what the agent signed; a login that passed becomes the session's account. */
export async function takeLoginToken(
  from: InteractionPorts,
  origin: string,
  interaction: Interaction,
  requestId: string,
  input: { readonly token: unknown; readonly context: UseContext | undefined },
): Promise<TakenToken> {
  const { ports } = from;
  const token = parseLoginToken(input.token);
  const given = await createAdapter(ports)(challengeModel).find(interaction.uid);
  if (given?.jti !== digestOf(ports, toBase64(token.challenge))) throw new CodedError('ERR_LOGIN_CHALLENGE_UNKNOWN');
  return settleLogin(from, await platformAct(ports, origin, interaction, requestId), input);
}

/** The same of a token whose challenge is known to be the one that was given for it. */
export async function settleLogin(
  { ports, profile, subjectKey }: InteractionPorts,
  act: Act,
  input: {
    readonly token: unknown;
    readonly context: UseContext | undefined;
    readonly phoneId?: string | undefined;
  },
): Promise<TakenToken> {
  const token = parseLoginToken(input.token);
  const login = await judgeLoginToken(ports, act, { ...input, profile });
  if (login.indication !== 'passed') return { login, result: null };

  const certificate = readingField('/token/certificate', () => parseCertificate(token.certificate));
  const sub = subjectOf(subjectKey, await readIdentity(ports, ports.store, certificate), certificate);
  const registered = await ports.store.certificates.byDigest(login.certificateDigest);
  const acr = acrOf(registered?.medium ?? null);
  const account = accountOf(sub, login, certificate);
  await createAdapter(ports)(accountModel).upsert(sub, { ...account }, accountSeconds);
  const began: SessionLogin = {
    ...{ loginId: login.id, certificate: toBase64(certificate.der), account },
    ...{ context: input.context, phoneId: input.phoneId },
  };
  return { login, result: { login: { accountId: sub, acr, amr: amrOf(acr), remember: false, ...began } } };
}

const digestOf = (ports: Ports, challenge: string): string => secretDigest(toBase64(fromBase64(challenge)), ports.ops);
