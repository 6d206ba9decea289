import { diagnose, isOneLockError, type OneLockClient } from '@onelock/sdk';
import { describe } from '@onelock/sdk/messages';
import { element } from '../../oidc/page/element.ts';
import {
  canMake,
  certificateOf,
  connectAgent,
  type Identity,
  install,
  listMedia,
  listSigning,
  type Medium,
  makeKey,
  NoKeyHere,
  signWithOld,
} from './agent.ts';
import { type CompanyForm, checkForm, companyView, emptyForm, type FieldErrors } from './company-form.ts';
import { tidyCode } from './credit-code.ts';
import { forget, keep, keptApplications, linkTo, ticketInAddress } from './kept.ts';
import { type Coded, Refusal, server, type Ticket } from './server.ts';
import type { ApplicationDetail, OfferView } from './shapes.ts';
import {
  button,
  type Choice,
  heading,
  homeView,
  issuedView,
  mediaView,
  offersView,
  oldCertificatesView,
  openingsView,
  type Saying,
  stepper,
  stepsView,
  summaryView,
} from './views.ts';
import { type Language, words } from './words.ts';

type Stage = 'loading' | 'home' | 'old' | 'offers' | 'company' | 'medium' | 'progress';
type Working =
  | ('connecting' | 'asking' | 'makingKey' | 'signingOld' | 'submitting')
  | ('installingSigning' | 'installingEncryption');

interface Failure {
  readonly title: 'absent' | 'failed';
  readonly text: string;
  readonly support: string;
}

const stepOf: Readonly<Record<Stage, number>> = {
  loading: 0,
  home: 0,
  old: 0,
  offers: 0,
  company: 1,
  medium: 2,
  progress: 3,
};

const desk = document.querySelector<HTMLElement>('#desk');
if (desk !== null) runDesk(desk);

/** The applicant's desk: from the choice of a CA to certificates on the medium. */
function runDesk(place: HTMLElement): void {
  const ports = (place.dataset.ports ?? '').split(',').map(Number);
  let language: Language = place.dataset.locale === 'en' ? 'en' : 'zh-CN';
  let stage: Stage = 'loading';
  let working: Working | null = null;
  let failure: Failure | null = null;
  let mode: 'new' | 'renewal' = 'new';
  let offers: readonly OfferView[] = [];
  let chosen: Choice | null = null;
  let form: CompanyForm = emptyForm();
  let fieldErrors: FieldErrors = {};
  let client: OneLockClient | null = null;
  let media: readonly Medium[] = [];
  let medium: string | null = null;
  let identities: readonly Identity[] = [];
  let old: { readonly identity: Identity; readonly certificate: string; readonly caId: string | null } | null = null;
  let ticket: Ticket | null = null;
  let view: ApplicationDetail | null = null;
  let newKey: string | null = null;
  let stopFollowing: (() => void) | null = null;
  let asksToWithdraw = false;
  let copied = false;
  let giveUp = new AbortController();

  // Both stay in the page, so that screen readers hear what is put into them.
  const status = element('p', { class: 'status', role: 'status', 'data-test': 'status' });
  const alert = element('div', { role: 'alert' });
  const content = element('div', { 'data-test': 'content' });
  const other = element('button', { type: 'button', class: 'language', 'data-test': 'language' });
  other.addEventListener('click', () => {
    language = language === 'en' ? 'zh-CN' : 'en';
    show();
    other.focus();
  });
  document.querySelector('header')?.append(other);
  place.append(status, alert, content);

  const saying = (): Saying => ({ say: words[language], language });

  function show(): void {
    const { say } = saying();
    document.documentElement.lang = language;
    document.title = `${say.title} · ${say.service}`;
    setText('#service', say.service);
    setText('h1', say.title);
    other.textContent = say.other;
    other.setAttribute('aria-label', say.otherLabel);
    status.textContent = working === null ? (stage === 'loading' ? say.loading : '') : say[working];
    status.hidden = status.textContent === '';
    status.classList.toggle('busy', working !== null);
    alert.replaceChildren(...(failure === null ? [] : [failureNotice(failure)]));
    const at = view !== null && ['issued', 'installed'].includes(view.state) ? 4 : stepOf[stage];
    const inner = contentOf(stage);
    content.replaceChildren(...(stage === 'home' || stage === 'loading' ? [] : [stepper(saying(), at)]), inner);
    content.inert = working !== null && working !== 'connecting' && working !== 'asking';
  }

  /** Goes to another stage and begins at its heading. */
  function go(next: Stage): void {
    stage = next;
    failure = null;
    show();
    content.querySelector<HTMLElement>('h2')?.focus();
  }

  function contentOf(at: Stage): HTMLElement {
    switch (at) {
      case 'loading':
        return element('div');
      case 'home':
        return homeView(saying(), keptApplications(), {
          begin,
          open: (one) => void open(one),
          forget: (one) => {
            forget(one.id);
            show();
          },
        });
      case 'old':
        return oldStage();
      case 'offers':
        return offersStage();
      case 'company':
        return companyView(saying(), form, fieldErrors, mode === 'renewal', {
          back: () => go('offers'),
          next: () => void toMedium(),
        });
      case 'medium':
        return mediumStage();
      case 'progress':
        return progressStage();
    }
  }

  function failureNotice({ title, text, support }: Failure): HTMLElement {
    const { say } = saying();
    return element(
      'div',
      { class: 'notice fail', 'data-test': 'failure' },
      element('strong', {}, say[title]),
      element('p', {}, text),
      support === '' ? null : element('p', { class: 'small mono' }, `${say.support} ${support}`),
    );
  }

  const acts = (...made: readonly (HTMLElement | null)[]): HTMLElement => element('div', { class: 'acts' }, ...made);

  function begin(wanted: 'new' | 'renewal'): void {
    mode = wanted;
    [chosen, old, ticket, view, newKey, form, fieldErrors] = [null, null, null, null, null, emptyForm(), {}];
    if (offers.length === 0) {
      failure = { title: 'failed', text: words[language].noOffers, support: '' };
      show();
      return;
    }
    go(wanted === 'new' ? 'offers' : 'old');
    if (wanted === 'renewal') void withAgent(listOld);
  }

  function oldStage(): HTMLElement {
    const { say } = saying();
    const next = button(say.next, () => void chooseOld(), 'next', true);
    next.disabled = old === null && !identities.some(({ key }) => key === medium);
    return element(
      'div',
      {},
      client === null
        ? heading(say.chooseOld)
        : oldCertificatesView(saying(), identities, medium, ({ key }) => {
            medium = key;
            next.disabled = false;
          }),
      acts(
        client === null && failure !== null ? button(say.retry, () => void withAgent(listOld), 'retry', true) : next,
        button(say.back, () => go('home'), 'back'),
      ),
    );
  }

  async function listOld(): Promise<void> {
    if (client === null) return;
    identities = await listSigning(client);
    if (!identities.some(({ key }) => key === medium)) medium = null;
  }

  async function chooseOld(): Promise<void> {
    const identity = identities.find(({ key }) => key === medium);
    if (client === null || identity === undefined) return;
    await attempt(async () => {
      const certificate = await certificateOf(client as OneLockClient, identity);
      const { caId, company } = await server.renewable(certificate);
      if (caId === null) {
        failure = { title: 'failed', text: words[language].notRenewable, support: '' };
        return show();
      }
      old = { identity, certificate, caId };
      form = { ...form, name: company.name, creditCode: company.creditCode };
      const [product, ...more] = offers.find((offer) => offer.caId === caId)?.products ?? [];
      chosen = product !== undefined && more.length === 0 ? { caId, product: product.code } : null;
      go('offers');
    });
  }

  function offersStage(): HTMLElement {
    const { say } = saying();
    const next = button(say.next, () => go('company'), 'next', true);
    next.disabled = chosen === null;
    const fitting = offers
      .filter(({ caId }) => old === null || old.caId === caId)
      .map((offer) => ({ ...offer, products: offer.products.filter(({ keySpec }) => canMake(keySpec)) }));
    return element(
      'div',
      {},
      offersView(saying(), fitting, mode, chosen, (choice) => {
        chosen = choice;
        next.disabled = false;
      }),
      acts(
        next,
        button(say.back, () => go(mode === 'new' ? 'home' : 'old'), 'back'),
      ),
    );
  }

  /** The draft is made once its fields are right, before any key is. */
  async function toMedium(): Promise<void> {
    fieldErrors = checkForm(form, saying());
    if (Object.keys(fieldErrors).length > 0 || chosen === null) {
      show();
      content.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
      return;
    }
    await attempt(async () => {
      const made = await server.make({
        ...{ kind: mode, caId: chosen?.caId ?? '', product: chosen?.product ?? '' },
        company: {
          ...{ creditCode: tidyCode(form.creditCode), name: form.name.trim() },
          ...(form.province.trim() !== '' && { province: form.province.trim() }),
          ...(form.locality.trim() !== '' && { locality: form.locality.trim() }),
        },
        applicant: { name: form.person.trim(), ...(form.phone.trim() !== '' && { phone: form.phone.trim() }) },
        ...(old !== null && { renews: old.certificate }),
      });
      ticket = { id: made.id, key: made.applicationKey ?? '' };
      keep({ ...ticket, company: made.subject.companyName, at: made.createdAt });
      view = await server.find(ticket);
      medium = null;
      go('medium');
      await withAgent(listThem);
    });
  }

  function mediumStage(): HTMLElement {
    const { say } = saying();
    const make = button(say.make, () => void makeAndSubmit(), 'make', true);
    make.disabled = medium === null || client === null;
    const name = offers.find(({ caId }) => caId === view?.caId)?.name;
    return element(
      'section',
      {},
      heading(say.medium),
      view === null ? null : summaryView(saying(), view, name),
      mode === 'renewal' && view !== null && view.bidOpenings.length > 0
        ? openingsView(saying(), view, say.beforeOpening)
        : null,
      client === null
        ? null
        : mediaView(saying(), media, medium, (device) => {
            medium = device;
            make.disabled = false;
          }),
      element('p', { class: 'small' }, mode === 'renewal' ? say.mediumRenewHint : say.mediumHint),
      acts(
        client === null && failure !== null ? button(say.retry, () => void withAgent(listThem), 'retry', true) : make,
        button(say.back, () => go(mode === 'renewal' && old === null ? 'home' : 'company'), 'back'),
      ),
    );
  }

  async function listThem(): Promise<void> {
    if (client === null) return;
    media = await listMedia(client);
    if (!media.some(({ device }) => device === medium))
      medium = media.length === 1 ? (media[0]?.device ?? null) : (old?.identity.device ?? null);
    if (!media.some(({ device }) => device === medium)) medium = null;
  }

  async function makeAndSubmit(): Promise<void> {
    const [agent, application, opened, device] = [client, view, ticket, medium];
    if (agent === null || application === null || opened === null || device === null) return;
    if (mode === 'renewal' && old === null) return begin('renewal');
    giveUp = new AbortController();
    await attempt(async () => {
      const { say } = saying();
      work('makingKey');
      const made = await makeKey(agent, device, application, mode === 'renewal' ? say.renew : say.fresh, giveUp);
      newKey = made.key;
      let proof: string | undefined;
      if (old !== null) {
        work('signingOld');
        proof = await signWithOld(agent, old.identity.key, made.request, say.renew, giveUp);
      }
      work('submitting');
      await server.submit(opened, { request: made.request, ...(proof !== undefined && { proof }) });
      working = null;
      follow(opened);
    });
  }

  function follow(opened: Ticket): void {
    stopFollowing?.();
    go('progress');
    stopFollowing = server.follow(
      opened,
      (told) => {
        const moved = told.state !== view?.state;
        view = told;
        if (['installed', 'refused', 'withdrawn'].includes(told.state)) stopFollowing?.();
        if (stage !== 'progress' || working !== null) return;
        show();
        if (moved) content.querySelector<HTMLElement>('h2')?.focus();
      },
      (error) => {
        failure = failureOf(error);
        show();
      },
    );
  }

  function progressStage(): HTMLElement {
    const { say } = saying();
    if (view === null) return element('div');
    const { state } = view;
    const leads: Partial<Record<ApplicationDetail['state'], string>> = {
      ...{
        submitted: say.live,
        pending: say.live,
        held: say.heldHint,
        issued: say.installHint,
        installed: say.doneHint,
      },
    };
    const lead = leads[state];
    const waits = state === 'submitted' || state === 'pending' || state === 'held';
    return element(
      'section',
      {},
      heading(state === 'installed' ? say.done : say.states[state]),
      lead === undefined ? null : element('p', {}, lead),
      stepsView(saying(), view, (step) => sentence(step.reason)),
      state === 'installed' && view.kind === 'renewal'
        ? openingsView(saying(), view, view.bidOpenings.length === 0 ? say.keepOldAlways : say.keepOldHint)
        : null,
      view.signing === null ? null : issuedView(saying(), view),
      element('p', { class: 'small' }, `${say.number} `, element('span', { class: 'mono' }, view.id)),
      acts(
        state === 'issued' ? button(say.install, () => void writeOnto(), 'install', true) : null,
        state === 'draft' ? button(say.keepGoing, () => void resume(), 'resume', true) : null,
        waits || state === 'issued' ? button(copied ? say.copied : say.copy, () => void copyLink(), 'copy') : null,
        waits ? withdrawButton() : null,
        ['installed', 'refused', 'withdrawn'].includes(state) ? button(say.again, () => go('home'), 'again') : null,
      ),
    );
  }

  function withdrawButton(): HTMLElement {
    const { say } = saying();
    return button(
      asksToWithdraw ? say.withdrawSure : say.withdraw,
      () => {
        if (!asksToWithdraw) {
          asksToWithdraw = true;
          show();
          content.querySelector<HTMLElement>('[data-test=withdraw]')?.focus();
          return;
        }
        asksToWithdraw = false;
        void attempt(async () => {
          if (ticket !== null) await server.withdraw(ticket);
        });
      },
      'withdraw',
    );
  }

  async function copyLink(): Promise<void> {
    if (ticket === null) return;
    await navigator.clipboard.writeText(linkTo(ticket)).then(
      () => {
        copied = true;
      },
      () => {
        location.hash = linkTo(ticket as Ticket).split('#')[1] ?? '';
      },
    );
    show();
    content.querySelector<HTMLElement>('[data-test=copy]')?.focus();
  }

  /** A draft of before goes on at the medium; a renewal needs the old certificate again. */
  async function resume(): Promise<void> {
    if (view === null) return;
    mode = view.kind;
    if (mode === 'renewal') return begin('renewal');
    go('medium');
    await attempt(() => withAgent(listThem));
  }

  async function writeOnto(): Promise<void> {
    if (client === null) await withAgent(async () => undefined);
    const [agent, opened, application] = [client, ticket, view];
    if (agent === null || opened === null || application === null) return;
    await attempt(async () => {
      const delivery = await server.delivery(opened);
      await install(agent, application, delivery, newKey, words[language].install, work);
      await server.installed(opened);
      view = await server.find(opened);
      working = null;
      go('progress');
    });
  }

  async function open(opened: Ticket): Promise<void> {
    await attempt(async () => {
      view = await server.find(opened);
      ticket = opened;
      [newKey, mode, copied, asksToWithdraw] = [null, view.kind, false, false];
      if (['submitted', 'pending', 'held'].includes(view.state)) follow(opened);
      else go('progress');
    });
  }

  function work(step: Working): void {
    working = step;
    failure = null;
    show();
  }

  /** Runs an act and tells what went wrong with it. */
  async function attempt(act: () => Promise<void>): Promise<void> {
    failure = null;
    try {
      await act();
      working = null;
    } catch (error) {
      working = null;
      failure = failureOf(error);
      show();
      alert.querySelector<HTMLElement>('.notice')?.scrollIntoView({ block: 'nearest' });
      return;
    }
    show();
  }

  /** Connects where nobody has yet, and lists; the list follows what is plugged in. */
  async function withAgent(list: () => Promise<void>): Promise<void> {
    const asks = setTimeout(() => work('asking'), 800);
    try {
      if (client === null) {
        work('connecting');
        client = await connectAgent(ports, language);
        for (const name of ['deviceInserted', 'deviceRemoved', 'certificatesChanged'] as const)
          client.on(name, () => void relist());
      }
      await list();
      failure = null;
    } catch (error) {
      const { error: named } = client === null ? await diagnose({ ports }) : { error: null };
      failure = {
        ...(failureOf(named ?? error) ?? { text: '', support: '' }),
        title: client === null ? 'absent' : 'failed',
      };
    } finally {
      clearTimeout(asks);
      working = null;
    }
    show();
    content.querySelector<HTMLElement>('input[type=radio]:not(:disabled)')?.focus();
  }

  async function relist(): Promise<void> {
    if (working !== null || (stage !== 'old' && stage !== 'medium')) return;
    await (stage === 'old' ? listOld : listThem)().catch((error: unknown) => {
      failure = failureOf(error);
    });
    show();
  }

  /** null for an act that the person gave up without a word to say. */
  function failureOf(error: unknown): Failure | null {
    const { say } = saying();
    if (error instanceof NoKeyHere) return { title: 'failed', text: say.noKey, support: '' };
    if (isOneLockError(error)) {
      if (error.code === 'ERR_SDK_ABORTED') return null;
      const text = error.code === 'ERR_USER_CANCELLED' ? say.cancelled : sentence(error);
      return { title: 'failed', text, support: error.callId ?? '' };
    }
    if (!(error instanceof Refusal)) throw error;
    const { coded, requestId } = error;
    if (coded === null) return { title: 'failed', text: say.network, support: '' };
    const text = coded.code === 'ERR_REQUEST_NOT_FOUND' ? say.gone : sentence(coded);
    return { title: 'failed', text, support: requestId };
  }

  function sentence(coded: Pick<Coded, 'code' | 'params'> | null): string {
    return coded === null ? '' : describe(coded, language);
  }

  async function start(): Promise<void> {
    show();
    await attempt(async () => {
      offers = await server.offers();
      stage = 'home';
      const linked = ticketInAddress();
      if (linked === null) return;
      await open(linked);
      if (view !== null) keep({ ...linked, company: view.subject.companyName, at: view.createdAt });
      history.replaceState(null, '', location.pathname);
    });
  }

  void start();
}

function setText(selector: string, text: string): void {
  const found = document.querySelector(selector);
  if (found !== null) found.textContent = text;
}
