import { toBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { type Page, pageOf } from '../page.ts';
import { type Application, forgotten } from '../ports/application-records.ts';
import type { ApplicationFilter } from '../ports/application-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { SealedText } from '../ports/registry-records.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { type ApplicationAct, demandReach, type Reach } from './application-act.ts';
import { auditApplication, changeApplication, demandState } from './change-application.ts';
import { openingsAhead } from './openings-ahead.ts';
import { type ApplicationDetail, type ApplicationView, applicationView, type DeliveryView } from './views.ts';
import { watchApplication } from './watch-application.ts';

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findApplication(ports: Ports, reach: Reach, id: string): Promise<ApplicationDetail> {
  const { applications } = ports.store;
  const application = demandReach(await applications.byId(id), reach);
  const bidOpenings = application.kind === 'renewal' ? await openingsAhead(ports) : [];
  return { ...applicationView(application), steps: await applications.steps(id), bidOpenings };
}

export async function listApplications(
  { store }: Ports,
  reach: Reach,
  page: PageRequest<string>,
  filter: Omit<ApplicationFilter, 'platformId'>,
): Promise<Page<ApplicationView>> {
  if (reach.kind === 'applicant') throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const whose = reach.kind === 'platform' ? { platformId: reach.id } : {};
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.applications.list(request, { ...filter, ...whose }),
    ({ id }) => id,
  );
  return { items: items.map(applicationView), nextCursor };
}

/** What goes onto the medium. @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_ENROLMENT_STATE */
export async function findDelivery({ store }: Ports, reach: Reach, id: string): Promise<DeliveryView> {
  const application = demandReach(await store.applications.byId(id), reach);
  demandState(application, ['issued', 'installed']);
  const { signingCertificate, encryptionCertificate, envelope, envelopeKind, chain } = application;
  if (signingCertificate === null) throw new CodedError('ERR_ENROLMENT_STATE', { state: application.state });
  return {
    signingCertificate: toBase64(signingCertificate),
    encryptionCertificate: encryptionCertificate && toBase64(encryptionCertificate),
    envelope: envelope && envelopeKind && { kind: envelopeKind, bytes: toBase64(envelope) },
    chain: chain.map(toBase64),
  };
}

/** The certificates are on the medium. The enveloped key and what identifies the person are forgotten. */
export function installApplication(ports: Ports, act: ApplicationAct, id: string): Promise<ApplicationView> {
  return moved(act, id, async (repositories, application) => {
    demandState(application, ['issued']);
    return changeApplication(repositories, ports, act.author, application, {
      action: 'application.install',
      fields: {
        ...{ state: 'installed', installedAt: ports.clock().toISOString(), envelope: null },
        applicant: forgotten(application.applicant),
      },
    });
  });
}

/** The applicant gives it up. What a CA issues afterwards is not fetched. */
export function withdrawApplication(ports: Ports, act: ApplicationAct, id: string): Promise<ApplicationView> {
  return moved(act, id, async (repositories, application) => {
    demandState(application, ['draft', 'submitted', 'pending', 'held']);
    return changeApplication(repositories, ports, act.author, application, {
      action: 'application.withdraw',
      fields: { state: 'withdrawn', nextAttemptAt: null, applicant: forgotten(application.applicant) },
    });
  });
}

/** Somebody has put right what held it: the CA is asked again, now, unless the watch-list stops it still. */
export function retryApplication(ports: Ports, act: ApplicationAct, id: string): Promise<ApplicationView> {
  return moved(act, id, async (repositories, application) => {
    demandState(application, ['held', 'submitted', 'pending']);
    const stopped = await watchApplication(repositories, ports, application);
    const now = ports.clock().toISOString();
    const state = stopped !== null ? 'held' : application.state === 'held' ? 'submitted' : application.state;
    return changeApplication(repositories, ports, act.author, application, {
      action: 'application.retry',
      fields: { state, reason: stopped, attempts: 0, nextAttemptAt: stopped === null ? now : null },
    });
  });
}

/** An operator gives it back, with words for the applicant. */
export function refuseApplication(
  ports: Ports,
  act: ApplicationAct,
  id: string,
  note: string,
): Promise<ApplicationView> {
  return moved(act, id, async (repositories, application) => {
    demandState(application, ['submitted', 'pending', 'held']);
    return changeApplication(repositories, ports, act.author, application, {
      ...{ action: 'application.refuse', outcome: 'refused' },
      fields: {
        ...{ state: 'refused', nextAttemptAt: null, applicant: forgotten(application.applicant) },
        reason: { code: 'ERR_ENROLMENT_OPERATOR_REFUSED', params: { note } },
      },
    });
  });
}

export interface ApplicantContact {
  readonly name: string;
  readonly identifier: string | null;
  readonly phone: string | null;
}

/** Opens what identifies the applicant, for somebody who has to speak with them; the log says who did. */
export async function openApplicant(ports: Ports, act: ApplicationAct, id: string): Promise<ApplicantContact> {
  return act.transaction(async (repositories) => {
    const application = demandReach(await repositories.applications.byId(id), act.reach);
    await auditApplication(repositories, ports, act.author, application, { action: 'application.open-applicant' });
    const opened = (sealed: SealedText | null, field: string): string | null =>
      sealed && ports.personal.open(sealed, `${id} ${field}`);
    const { name, identifier, phone } = application.applicant;
    return { name, identifier: opened(identifier, 'identifier'), phone: opened(phone, 'phone') };
  });
}

async function moved(
  { transaction, reach }: ApplicationAct,
  id: string,
  move: (repositories: Repositories, application: Application) => Promise<Application>,
): Promise<ApplicationView> {
  return transaction(async (repositories) =>
    applicationView(await move(repositories, demandReach(await repositories.applications.byId(id), reach))),
  );
}
