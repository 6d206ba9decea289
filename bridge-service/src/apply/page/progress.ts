import { button, heading } from '../../hosted-pages/page/controls.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { install } from './agent.ts';
import { actsRow, type Desk } from './desk.ts';
import { follow } from './following.ts';
import { linkTo } from './kept.ts';
import { resume } from './requesting.ts';
import { server, type Ticket } from './server.ts';
import type { ApplicationDetail } from './shapes.ts';
import { issuedView, openingsView, stepsView } from './views.ts';
import type { Words } from './words.ts';

type State = ApplicationDetail['state'];

/** What the person has begun to do with what is shown. */
const asked = { withdrawal: false, copied: false };

const leads: Partial<Record<State, keyof Words>> = {
  ...{ submitted: 'live', pending: 'live', held: 'heldHint', issued: 'installHint', installed: 'doneHint' },
};

/** Where an application stands, what it came by, and what can be done with it now. */
export function progressStage(desk: Desk): HTMLElement {
  const { say } = desk.saying();
  const { view } = desk;
  if (view === null) return element('div');
  const { state } = view;
  const lead = leads[state];
  const waits = state === 'submitted' || state === 'pending' || state === 'held';
  const over = state === 'installed' || state === 'refused' || state === 'withdrawn';
  const keeps = view.bidOpenings.length === 0 ? say.keepOldAlways : say.keepOldHint;
  return element(
    'section',
    {},
    heading(state === 'installed' ? say.done : say.states[state]),
    lead === undefined ? null : element('p', {}, String(say[lead])),
    stepsView(desk.saying(), view, (step) => desk.sentence(step.reason)),
    state === 'installed' && view.kind === 'renewal' ? openingsView(desk.saying(), view, keeps) : null,
    view.signing === null ? null : issuedView(desk.saying(), view),
    element('p', { class: 'small' }, `${say.number} `, element('span', { class: 'mono' }, view.id)),
    actsRow(
      state === 'issued' ? button(say.install, () => void writeOnto(desk), 'install', true) : null,
      state === 'draft' ? button(say.keepGoing, () => void resume(desk), 'resume', true) : null,
      over || state === 'draft'
        ? null
        : button(asked.copied ? say.copied : say.copy, () => void copyLink(desk), 'copy'),
      waits ? withdrawButton(desk) : null,
      over ? button(say.again, () => desk.go('home'), 'again') : null,
    ),
  );
}

function withdrawButton(desk: Desk): HTMLElement {
  const { say } = desk.saying();
  const act = (): void => {
    if (!asked.withdrawal) {
      asked.withdrawal = true;
      desk.show();
      desk.content.querySelector<HTMLElement>('[data-test=withdraw]')?.focus();
      return;
    }
    asked.withdrawal = false;
    void desk.attempt(async () => {
      if (desk.ticket !== null) await server.withdraw(desk.ticket);
    });
  };
  return button(asked.withdrawal ? say.withdrawSure : say.withdraw, act, 'withdraw');
}

async function copyLink(desk: Desk): Promise<void> {
  if (desk.ticket === null) return;
  const link = linkTo(desk.ticket);
  await navigator.clipboard.writeText(link).then(
    () => {
      asked.copied = true;
    },
    () => {
      // A browser that lets nobody write: the address bar shows it instead.
      location.hash = link.split('#')[1] ?? '';
    },
  );
  desk.show();
  desk.content.querySelector<HTMLElement>('[data-test=copy]')?.focus();
}

async function writeOnto(desk: Desk): Promise<void> {
  if (desk.client === null) await desk.withAgent(async () => undefined);
  const { client, ticket, view } = desk;
  if (client === null || ticket === null || view === null) return;
  await desk.attempt(async () => {
    const delivery = await server.delivery(ticket);
    await install(client, view, delivery, desk.newKey, desk.saying().say.install, (step) => desk.work(step));
    await server.installed(ticket);
    desk.view = await server.find(ticket);
    desk.working = null;
    desk.go('progress');
  });
}

/** Comes back to an application of before. */
export async function openApplication(desk: Desk, ticket: Ticket): Promise<void> {
  await desk.attempt(async () => {
    const view = await server.find(ticket);
    Object.assign(desk, { view, ticket, newKey: null, made: null, mode: view.kind });
    Object.assign(asked, { withdrawal: false, copied: false });
    if (['submitted', 'pending', 'held'].includes(view.state)) follow(desk, ticket);
    else desk.go('progress');
  });
}
