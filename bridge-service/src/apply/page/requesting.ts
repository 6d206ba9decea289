import { button, heading } from '../../hosted-pages/page/controls.ts';
import { tidyCode } from '../../hosted-pages/page/credit-code.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import { listMedia, makeKey, signWithOld } from './agent.ts';
import { begin } from './choosing.ts';
import { checkForm, companyView } from './company-form.ts';
import { actsRow, type Desk } from './desk.ts';
import { follow } from './following.ts';
import { keep } from './kept.ts';
import { server } from './server.ts';
import type { ApplicationInput } from './shapes.ts';
import { mediaView, openingsView, summaryView } from './views.ts';

export function companyStage(desk: Desk): HTMLElement {
  return companyView(desk.saying(), desk.form, desk.fieldErrors, desk.mode === 'renewal', {
    back: () => desk.go('offers'),
    next: () => void makeDraft(desk),
  });
}

/** The draft is made once its fields are right, before any key is. */
async function makeDraft(desk: Desk): Promise<void> {
  const { chosen } = desk;
  desk.fieldErrors = checkForm(desk.form, desk.saying());
  if (Object.keys(desk.fieldErrors).length > 0 || chosen === null) {
    desk.show();
    desk.content.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    return;
  }
  await desk.attempt(async () => {
    const made = await server.make(inputOf(desk, chosen));
    desk.ticket = { id: made.id, key: made.applicationKey ?? '' };
    keep({ ...desk.ticket, company: made.subject.companyName, at: made.createdAt });
    desk.view = await server.find(desk.ticket);
    desk.medium = null;
    desk.made = null;
    desk.go('medium');
    await listTheMedia(desk);
  });
}

function inputOf({ mode, form, old }: Desk, { caId, product }: NonNullable<Desk['chosen']>): ApplicationInput {
  const [province, locality, phone] = [form.province.trim(), form.locality.trim(), form.phone.trim()];
  return {
    ...{ kind: mode, caId, product },
    company: {
      ...{ creditCode: tidyCode(form.creditCode), name: form.name.trim() },
      ...(province !== '' && { province }),
      ...(locality !== '' && { locality }),
    },
    applicant: { name: form.person.trim(), ...(phone !== '' && { phone }) },
    ...(old !== null && { renews: old.certificate }),
  };
}

export function listTheMedia(desk: Desk): Promise<void> {
  desk.relist = async () => {
    if (desk.client === null) return;
    desk.media = await listMedia(desk.client);
    const there = (device: string | null): string | null =>
      desk.media.some((medium) => medium.device === device) ? device : null;
    const only = desk.media.length === 1 ? (desk.media[0]?.device ?? null) : null;
    desk.medium = there(desk.medium) ?? only ?? there(desk.old?.identity.device ?? null);
  };
  return desk.withAgent(desk.relist);
}

export function mediumStage(desk: Desk): HTMLElement {
  const { say } = desk.saying();
  const { view, mode, client } = desk;
  const make = button(say.make, () => void makeAndSubmit(desk), 'make', true);
  make.disabled = desk.medium === null || client === null;
  const lost = client === null && desk.failure !== null;
  const ca = desk.offers.find(({ caId }) => caId === view?.caId)?.name;
  const reminds = mode === 'renewal' && view !== null && view.bidOpenings.length > 0;
  return element(
    'section',
    {},
    heading(say.medium),
    view === null ? null : summaryView(desk.saying(), view, ca),
    reminds ? openingsView(desk.saying(), view, say.beforeOpening) : null,
    client === null
      ? null
      : mediaView(desk.saying(), desk.media, desk.medium, (device) => {
          desk.medium = device;
          make.disabled = false;
        }),
    element('p', { class: 'small' }, mode === 'renewal' ? say.mediumRenewHint : say.mediumHint),
    actsRow(
      lost ? button(say.retry, () => void listTheMedia(desk), 'retry', true) : make,
      button(say.back, () => desk.go(mode === 'renewal' && desk.old === null ? 'home' : 'company'), 'back'),
    ),
  );
}

/** Makes the key, has the old one sign, hands in. A key that is there already is not made again. */
async function makeAndSubmit(desk: Desk): Promise<void> {
  const { client, view, ticket, medium, old, mode } = desk;
  if (client === null || view === null || ticket === null || medium === null) return;
  if (mode === 'renewal' && old === null) return begin(desk, 'renewal');
  await desk.attempt(async () => {
    const { say } = desk.saying();
    if (desk.made === null) {
      desk.work('makingKey');
      const made = await makeKey(client, medium, view, mode === 'renewal' ? say.renew : say.fresh);
      desk.made = { ...made, proof: null };
      desk.newKey = made.key;
    }
    if (old !== null && desk.made.proof === null) {
      desk.work('signingOld');
      const proof = await signWithOld(client, old.identity.key, desk.made.request, say.renew);
      desk.made = { ...desk.made, proof };
    }
    desk.work('submitting');
    const { request, proof } = desk.made;
    await server.submit(ticket, { request, ...(proof !== null && { proof }) }).catch((error: unknown) => {
      // An answer that was lost: it is handed in already.
      if (!(error instanceof Refusal) || error.coded?.code !== 'ERR_ENROLMENT_STATE') throw error;
    });
    desk.made = null;
    desk.working = null;
    follow(desk, ticket);
  });
}

/** A draft of before goes on at the medium; a renewal needs the old certificate again. */
export async function resume(desk: Desk): Promise<void> {
  if (desk.view === null) return;
  desk.mode = desk.view.kind;
  if (desk.mode === 'renewal') return begin(desk, 'renewal');
  desk.made = null;
  desk.go('medium');
  await listTheMedia(desk);
}
