import { toHex, utf8Encode } from '@onelock/core/bytes';
import type { SubjectIdentity } from '@onelock/core/identity';
import { encodeLoginToken, type LoginToken, parseLoginToken } from '@onelock/core/login';
import type { ProfileName } from '@onelock/core/path';
import type { LoginReport } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { appendAudit } from './append-audit.ts';
import { withRegistry } from './gather-evidence.ts';
import { newId } from './identifiers.ts';
import { type IdentityView, identityView, type RegisteredCompany } from './identity-view.ts';
import { loginJudged } from './judge-in-parallel.ts';
import { EvidenceNotes } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Act, Ports } from './ports/ports.ts';
import type { Challenge } from './ports/records.ts';
import type { RegisteredCertificate } from './ports/registry-records.ts';
import { readingField } from './read-certificates.ts';
import { proveCertificate } from './registry/certificates.ts';
import { readIdentity } from './registry/read-identity.ts';
import { authorOf } from './registry/record-change.ts';
import { useDetails } from './statistics/use-details.ts';
import { standingOf } from './watch-list/standing.ts';
import { type UseContext, type Watched, watchedValues, watchUse } from './watch-list/watch-use.ts';

export interface LoginView extends LoginReport {
  readonly id: string;
  readonly createdAt: string;
  /** SM3 of the certificate's DER, hex: the same key logs in under the same digest. */
  readonly certificateDigest: string;
  /** null unless the login passed: who did not prove who they are is nobody. */
  readonly identity: IdentityView | null;
}

/**
 * Judges a login token of core/login: signature, certificate under the registry's anchors, origin registered by this platform
 * and equal to the challenge's, challenge given to this platform and not seen before. The challenge is used up whatever the
 * verdict. A phone's key counts for an order of that phone alone: a copy of it has seen no PIN. A token that is well-formed always gets a record with a verdict; only a malformed one is an error.
 *
 * @throws {CodedError} ERR_LOGIN_TOKEN_MALFORMED { field }, ERR_DER_*, ERR_X509_*
 */
export async function judgeLoginToken(
  ports: Ports,
  act: Act,
  input: {
    readonly token: unknown;
    readonly profile: ProfileName;
    readonly context?: UseContext | undefined;
    /** The phone that signed for an order of its own, after its PIN. */
    readonly phoneId?: string | undefined;
  },
): Promise<LoginView> {
  const { ops, clock } = ports;
  const token = parseLoginToken(input.token);
  const certificate = readingField('/token/certificate', () => parseCertificate(token.certificate));
  const now = clock();

  // Everything but the challenge's being ours, live and unused is judged before the transaction, which then stays short.
  const { evidence, sources } = await withRegistry(
    ports,
    { at: now, profile: input.profile, revocation: 'if-available' },
    { certificates: [certificate] },
    [],
    true,
  );
  const judged = await loginJudged(
    ports,
    { token, expectedOrigin: token.origin, expectedChallenge: token.challenge },
    evidence,
  );
  const notes = new EvidenceNotes(ops);
  const keptToken = notes.keep(utf8Encode(JSON.stringify(encodeLoginToken(token))));
  const record = notes.record(evidence, sources);
  const certificateDigest = toHex(ops.digest('sm3', certificate.der));
  const subject = await readIdentity(ports, ports.store, certificate);
  const registered = await ports.store.certificates.byDigest(certificateDigest);
  const company = await registeredCompanyOf(ports, subject, registered);
  const identity = identityView(subject, company);
  const outsideOrder = await isOutsideOrder(ports, registered, input.phoneId);
  const id = newId('lgn', clock, ops);
  const challengeDigest = toHex(ops.digest('sha256', token.challenge));
  const used = {
    subjects: [{ certificateDigest, identity: subject, boundTo: company?.creditCode }],
    context: input.context ?? {},
  };
  const standing = standingOf((await ports.watched.current()).inactive, used.subjects);
  const foreseen = {
    challenges: [challengeDigest],
    certificates: [certificateDigest],
    watched: watchedValues(ports, used),
  };

  return act.transaction(async (repositories) => {
    const challenge = await repositories.challenges.consume(challengeDigest, act.caller.id, now.toISOString());
    const own = withOrder(withChallenge(judged, token, challenge, act.caller.origins), outsideOrder);
    // Who did not prove to have the key is nobody's use of it.
    const watched =
      own.indication === 'passed'
        ? await watchUse(repositories, ports, act, {
            ...{ ...used, standing, action: 'login.judge', target: id, indication: own.indication },
          })
        : null;
    const report = maskPersonalNumbers(withWatchList(own, watched));
    const view: LoginView = {
      id,
      createdAt: now.toISOString(),
      certificateDigest,
      identity: report.indication === 'passed' ? identity : null,
      ...report,
    };
    await repositories.logins.add({
      id,
      callerId: act.caller.id,
      origin: token.origin,
      createdAt: view.createdAt,
      indication: view.indication,
      certificateDigest,
      report: JSON.stringify(report),
      identity: view.identity === null ? null : JSON.stringify(view.identity),
    });
    if (view.indication === 'passed') await proveCertificate(repositories, ports, authorOf(act), certificateDigest, id);
    await appendAudit(repositories, ports, {
      actor: act.caller.id,
      role: act.caller.role,
      requestId: act.requestId,
      action: 'login.judge',
      target: id,
      outcome: view.indication,
      ...(view.reason && { reason: view.reason.code }),
      evidence: record.items,
      details: {
        ...record.details,
        token: keptToken,
        origin: token.origin,
        challengeOrigin: challenge?.origin ?? null,
        ...(watched !== null && watched.hits.length > 0 && { watched: watched.hits }),
        ...(watched !== null && standing && { standing }),
        originRegistered: act.caller.origins.includes(token.origin),
        ...(outsideOrder && { outsideOrder }),
        certificate: `sm3:${certificateDigest}`,
        challenge: challenge?.id ?? null,
        unifiedSocialCreditCode: codeOf(view.identity),
        ...useDetails(ports, input.context),
      },
    });
    return view;
  }, foreseen);
}

/** Stock certificates often name no company: an import or an operator said whose they are. */
async function registeredCompanyOf(
  { store }: Ports,
  { unifiedSocialCreditCode: code }: SubjectIdentity,
  registered: RegisteredCertificate | null,
): Promise<RegisteredCompany | null> {
  if (code?.checkDigitValid === true) return null;
  const companyId = registered?.companyId ?? null;
  const company = companyId === null ? null : await store.companies.byId(companyId);
  return company && { id: company.id, creditCode: company.creditCode, name: company.name };
}

const codeOf = (identity: IdentityView | null): string | null =>
  identity?.registeredCompany?.creditCode ?? identity?.unifiedSocialCreditCode?.value ?? null;

/** What the watch-list and the registries say comes last: it takes a pass away and gives none. */
function withWatchList(judged: LoginReport, watched: Watched | null): LoginReport {
  if (watched === null || watched.overruled === null) return judged;
  const { indication: _indication, reason: _reason, subject: _subject, needs: _needs, ...rest } = judged;
  return { ...watched.overruled, ...rest };
}

/** Whether a key that lives on a phone signed without an order of that phone. */
async function isOutsideOrder(
  { store }: Ports,
  registered: RegisteredCertificate | null,
  phoneId: string | undefined,
): Promise<boolean> {
  if (registered?.medium !== 'phone') return false;
  const phone = await store.phones.byPublicKeyDigest(registered.keyDigest);
  return phone !== null && phone.id !== phoneId;
}

function withOrder(judged: LoginReport, outsideOrder: boolean): LoginReport {
  if (judged.indication !== 'passed' || !outsideOrder) return judged;
  const { indication: _indication, reason: _reason, subject: _subject, needs: _needs, ...rest } = judged;
  return { indication: 'failed', reason: { code: 'ERR_PHONE_ORDER_REQUIRED', params: {} }, ...rest };
}

/** What the challenge's record says comes first: without it nothing in the token is about this platform. */
function withChallenge(
  judged: LoginReport,
  token: LoginToken,
  challenge: Challenge | null,
  origins: readonly string[],
): LoginReport {
  const { indication: _indication, reason: _reason, subject: _subject, needs: _needs, ...rest } = judged;
  if (challenge === null)
    return { indication: 'failed', reason: { code: 'ERR_LOGIN_CHALLENGE_UNKNOWN', params: {} }, ...rest };
  if (token.origin !== challenge.origin || !origins.includes(token.origin))
    return {
      indication: 'failed',
      reason: { code: 'ERR_LOGIN_ORIGIN_MISMATCH', params: { expected: challenge.origin, actual: token.origin } },
      ...rest,
    };
  return judged;
}
