import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseCertificate, parseCertificateRequest } from '@onelock/core/x509';
import { type Application, forgotten } from '../ports/application-records.ts';
import type { EnrolmentAnswer, EnrolmentDoor, EnrolmentQuestion } from '../ports/enrolment.ts';
import type { Ports } from '../ports/ports.ts';
import type { Ca } from '../ports/records.ts';
import type { Repositories } from '../ports/store.ts';
import { addCertificate } from '../registry/certificates.ts';
import { readIdentity } from '../registry/read-identity.ts';
import type { Author } from '../registry/record-change.ts';
import { changeApplication } from './change-application.ts';
import { type AnswerRules, checkEncryptionAnswer, checkSigningAnswer } from './check-answer.ts';

export type AdvancePorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'lifetimes' | 'personal' | 'trust'> & {
  readonly enrolment: EnrolmentDoor;
};

/** The service itself, in the log. */
const author: Author = { actor: 'enrolment', role: 'none', requestId: '' };

/** A node that dies while it asks lets go of the application after this; longer than a CA may take to answer. */
const claimMs = 120_000;
const atOnce = 8;

const firstRetryMs = 5_000;
const longestRetryMs = 15 * 60_000;
/** How long a CA may be away before a person looks into it. */
const awayHours = 72;
/** How long it may leave an application pending. */
const pendingHours = 30 * 24;
const shortestPollMs = 1_000;
const usualPollMs = 60_000;
const longestPollMs = 24 * 3_600_000;
/** An answer that cannot be read may be a proxy's; one that stays so is the CA's. */
const mostMalformed = 3;

/** Brings what is due to the CAs, a few at once. @returns how many were asked about */
export async function advanceApplications(ports: AdvancePorts): Promise<number> {
  const due = await ports.store.applications.due(ports.clock().toISOString(), atOnce);
  await Promise.all(due.map(({ id }) => advanceOne(ports, id)));
  return due.length;
}

async function advanceOne(ports: AdvancePorts, id: string): Promise<void> {
  const { store, clock } = ports;
  const now = clock();
  const until = new Date(now.getTime() + claimMs).toISOString();
  if (!(await store.transaction(({ applications }) => applications.claim(id, now.toISOString(), until)))) return;
  for (let turns = 0; turns < 2; turns++) {
    const application = await store.applications.byId(id);
    if (application === null || !(await advanceQuietly(ports, application))) return;
  }
}

/** Somebody withdrew it, or another node was faster: what the CA said now is nobody's. */
async function advanceQuietly(ports: AdvancePorts, application: Application): Promise<boolean> {
  try {
    return await advanceStep(ports, application);
  } catch (error) {
    if (isCodedError(error) && isOvertaken(error)) return false;
    throw error;
  }
}

const isOvertaken = ({ code, params }: CodedError): boolean =>
  code === 'ERR_REQUEST_CONFLICT' && params.field === '/version';

/** One question to the CA and what becomes of it. @returns whether there is another to ask at once */
async function advanceStep(ports: AdvancePorts, application: Application): Promise<boolean> {
  const { store } = ports;
  const { caId, request } = application;
  if (request === null || (application.state !== 'submitted' && application.state !== 'pending')) {
    await store.transaction((repositories) =>
      change(repositories, ports, application, 'application.rest', { nextAttemptAt: null }),
    );
    return false;
  }
  const [enrolment, ca] = [await store.enrolments.ofCa(caId), await store.cas.byId(caId)];
  try {
    if (enrolment === null || ca?.state !== 'active') throw new CodedError('ERR_ENROLMENT_NOT_OFFERED');
    const answer = await ports.enrolment.enrol(enrolment, questionOf(application, request));
    if (answer.kind === 'pending') await becamePending(ports, application, answer.retryAfterSeconds);
    else if (answer.kind === 'refused') await becameRefused(ports, application, answer);
    else return await issued(ports, application, request, ca, answer);
    return false;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (isOvertaken(error)) throw error;
    const registered = error.code === 'ERR_REQUEST_CONFLICT';
    const told = registered
      ? new CodedError('ERR_ENROLMENT_ANSWER_MISMATCH', { field: 'serialNumber', cause: 'registered already' })
      : error;
    await becameDelayed(ports, application, told);
    return false;
  }
}

function questionOf(
  { kind, product: { label }, proof, signingCertificate }: Application,
  request: Uint8Array,
): EnrolmentQuestion {
  const operation =
    signingCertificate !== null ? 'serverkeygen' : kind === 'renewal' ? 'simplereenroll' : 'simpleenroll';
  return { operation, request, ...(label !== undefined && { label }), ...(proof !== null && { proof }) };
}

async function issued(
  ports: AdvancePorts,
  application: Application,
  request: Uint8Array,
  ca: Ca,
  answer: Extract<EnrolmentAnswer, { kind: 'issued' }>,
): Promise<boolean> {
  const { store, clock, ops } = ports;
  const rules: AnswerRules = {
    ...{ application, ca, ops, now: clock() },
    identityOf: (certificate) => readIdentity(ports, store, certificate),
  };
  const dual = application.product.variant === 'dual';
  if (application.signingCertificate === null) {
    const { spki } = parseCertificateRequest(request);
    const { certificate, chain } = await checkSigningAnswer(answer, rules, spki);
    const fields = {
      signingCertificate: certificate.der,
      chain: chain.map(({ der }) => der),
      reason: null,
      attempts: 0,
    };
    if (!dual) {
      await becameIssued(ports, { ...application, ...fields });
      return false;
    }
    await store.transaction((repositories) =>
      change(repositories, ports, application, 'application.certify-signing', fields),
    );
    return true;
  }
  const signing = parseCertificate(application.signingCertificate);
  const { certificate, envelope } = await checkEncryptionAnswer(answer, rules, signing);
  await becameIssued(ports, {
    ...application,
    ...{ encryptionCertificate: certificate.der, envelope: envelope.bytes, envelopeKind: envelope.kind },
  });
  return false;
}

/** Certificates that passed go into the registry with the application: their key has signed the request. */
async function becameIssued(ports: AdvancePorts, application: Application): Promise<void> {
  const now = ports.clock().toISOString();
  const { id, signingCertificate, encryptionCertificate } = application;
  const ders = [signingCertificate, encryptionCertificate].filter((der) => der !== null);
  await ports.store.transaction(async (repositories) => {
    let companyId: string | null = null;
    for (const der of ders) {
      const certificate = parseCertificate(der);
      const record = await addCertificate(repositories, ports, author, certificate, {
        ...{ source: id, medium: application.product.medium },
      });
      companyId ??= record.companyId;
      if (der === signingCertificate) await repositories.certificates.prove(record.digest, id, now);
    }
    const current = await repositories.applications.byId(id);
    if (current?.version !== application.version) throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/version' });
    await changeApplication(repositories, ports, author, current, {
      action: 'application.issue',
      fields: {
        ...{
          state: 'issued',
          issuedAt: now,
          companyId,
          nextAttemptAt: null,
          attempts: 0,
          reason: null,
          signingCertificate,
        },
        ...{ encryptionCertificate, chain: application.chain, envelope: application.envelope },
        envelopeKind: application.envelopeKind,
      },
    });
  });
}

async function becamePending(
  ports: AdvancePorts,
  application: Application,
  retryAfterSeconds: number | null,
): Promise<void> {
  const wished = retryAfterSeconds === null ? usualPollMs : retryAfterSeconds * 1_000;
  // A CA that says nothing is asked ever less often.
  const patient = retryAfterSeconds === null ? wished * 2 ** Math.min(application.attempts, 6) : wished;
  const wait = Math.min(Math.max(patient, shortestPollMs), longestPollMs);
  if (isOverdue(ports, application, pendingHours)) return hold(ports, application, overdue(pendingHours));
  await ports.store.transaction((repositories) =>
    change(repositories, ports, application, 'application.pending', {
      ...{ state: 'pending', reason: null, attempts: application.attempts + 1, nextAttemptAt: after(ports, wait) },
    }),
  );
}

async function becameRefused(
  ports: AdvancePorts,
  application: Application,
  { status, detail }: Extract<EnrolmentAnswer, { kind: 'refused' }>,
): Promise<void> {
  await ports.store.transaction((repositories) =>
    changeApplication(repositories, ports, author, application, {
      ...{ action: 'application.refuse', outcome: 'refused' },
      fields: {
        ...{ state: 'refused', nextAttemptAt: null, applicant: forgotten(application.applicant) },
        reason: { code: 'ERR_ENROLMENT_CA_REFUSED', params: { status, detail: detail === '' ? '—' : detail } },
      },
    }),
  );
}

/** What may pass by itself is tried again, ever less often; the rest waits for a person. */
async function becameDelayed(ports: AdvancePorts, application: Application, error: CodedError): Promise<void> {
  const attempts = application.attempts + 1;
  const passes =
    error.code === 'ERR_ENROLMENT_CA_UNREACHABLE' ||
    (error.code === 'ERR_ENROLMENT_ANSWER_MALFORMED' && attempts < mostMalformed);
  if (!passes) return hold(ports, application, error);
  if (isOverdue(ports, application, application.state === 'pending' ? pendingHours : awayHours))
    return hold(ports, application, overdue(awayHours));
  const wait = Math.min(firstRetryMs * 2 ** Math.min(application.attempts, 20), longestRetryMs);
  const fields = { attempts, reason: { code: error.code, params: error.params }, nextAttemptAt: after(ports, wait) };
  await ports.store.transaction((repositories) =>
    change(repositories, ports, application, 'application.delay', fields),
  );
}

async function hold(ports: AdvancePorts, application: Application, error: CodedError): Promise<void> {
  const reason = { code: error.code, params: error.params };
  await ports.store.transaction((repositories) =>
    change(repositories, ports, application, 'application.hold', { state: 'held', reason, nextAttemptAt: null }),
  );
}

const change = (
  repositories: Repositories,
  ports: AdvancePorts,
  application: Application,
  action: string,
  fields: Partial<Application>,
): Promise<Application> => changeApplication(repositories, ports, author, application, { action, fields });

const after = ({ clock }: AdvancePorts, ms: number): string => new Date(clock().getTime() + ms).toISOString();

const isOverdue = ({ clock }: AdvancePorts, { submittedAt }: Application, hours: number): boolean =>
  submittedAt !== null && clock().getTime() - Date.parse(submittedAt) > hours * 3_600_000;

const overdue = (hours: number): CodedError => new CodedError('ERR_ENROLMENT_OVERDUE', { hours });
