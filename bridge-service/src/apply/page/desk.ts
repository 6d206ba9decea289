import { diagnose, isOneLockError, type OneLockClient } from '@onelock/sdk';
import { describe } from '@onelock/sdk/messages';
import { element } from '../../hosted-pages/page/element.ts';
import { type Coded, Refusal } from '../../hosted-pages/page/refusal.ts';
import { withShortNames } from '../../hosted-pages/page/short-name.ts';
import { connectAgent, type Identity, type MadeKey, type Medium, NoKeyHere } from './agent.ts';
import { type CompanyForm, emptyForm, type FieldErrors } from './company-form.ts';
import type { Ticket } from './server.ts';
import type { ApplicationDetail, OfferView } from './shapes.ts';
import { type Choice, type Saying, stepper } from './views.ts';
import { type Language, words } from './words.ts';

export type Stage = 'loading' | 'home' | 'old' | 'offers' | 'company' | 'medium' | 'progress';
export type Working =
  | ('connecting' | 'asking' | 'makingKey' | 'signingOld' | 'submitting')
  | ('installingSigning' | 'installingEncryption');

export interface Failure {
  readonly title: 'absent' | 'failed';
  readonly text: string;
  readonly support: string;
}

/** What the applicant has come to, and the page that shows it. */
export interface Desk {
  language: Language;
  stage: Stage;
  working: Working | null;
  failure: Failure | null;
  mode: 'new' | 'renewal';
  offers: readonly OfferView[];
  chosen: Choice | null;
  form: CompanyForm;
  fieldErrors: FieldErrors;
  client: OneLockClient | null;
  media: readonly Medium[];
  /** Handle of the medium for the new key. */
  medium: string | null;
  identities: readonly Identity[];
  /** Handle of the key that is to be renewed. */
  oldKey: string | null;
  old: { readonly identity: Identity; readonly certificate: string; readonly caId: string } | null;
  ticket: Ticket | null;
  view: ApplicationDetail | null;
  /** The key that this page has had made, and its request, until it is handed in. */
  made: (MadeKey & { readonly proof: string | null }) | null;
  newKey: string | null;
  readonly content: HTMLElement;
  /** What is plugged in changed: read again. */
  relist: () => Promise<void>;
  saying(): Saying;
  show(): void;
  /** Goes to another stage and begins at its heading. */
  go(stage: Stage): void;
  /** Says what is being done, until it is. */
  work(step: Working): void;
  /** Runs an act and tells what went wrong with it. */
  attempt(act: () => Promise<void>): Promise<void>;
  /** Connects where nobody has yet, and lists; the list follows what is plugged in. */
  withAgent(list: () => Promise<void>): Promise<void>;
  fail(error: unknown): void;
  sentence(coded: Pick<Coded, 'code' | 'params'> | null): string;
}

const stepOf: Readonly<Record<Stage, number>> = {
  ...{ loading: 0, home: 0, old: 0, offers: 0, company: 1, medium: 2, progress: 3 },
};

/** The step that an application stands at; past the last when it is done. */
function stepAt({ stage, view }: Desk): number {
  if (stage !== 'progress' || view === null) return stepOf[stage];
  return view.state === 'installed' ? 5 : view.state === 'issued' ? 4 : stepOf[stage];
}

const slowMs = 800;

/** @param contentOf  what a stage shows */
export function createDesk(place: HTMLElement, contentOf: (desk: Desk) => HTMLElement): Desk {
  const ports = (place.dataset.ports ?? '').split(',').map(Number);
  // Both stay in the page, so that screen readers hear what is put into them.
  const status = element('p', { class: 'status', role: 'status', 'data-test': 'status' });
  const alert = element('div', { role: 'alert' });
  const content = element('div', { 'data-test': 'content' });
  const other = element('button', { type: 'button', class: 'language', 'data-test': 'language' });
  other.addEventListener('click', () => {
    desk.language = desk.language === 'en' ? 'zh-CN' : 'en';
    desk.show();
    other.focus();
  });
  document.querySelector('header')?.append(other);
  place.append(status, alert, content);

  const desk: Desk = {
    ...{ language: place.dataset.locale === 'en' ? 'en' : 'zh-CN', stage: 'loading', working: null, failure: null },
    ...{ mode: 'new', offers: [], chosen: null, form: emptyForm(), fieldErrors: {}, client: null, media: [] },
    ...{ medium: null, identities: [], oldKey: null, old: null, ticket: null, view: null, made: null, newKey: null },
    content,
    relist: async () => undefined,
    saying: () => ({ say: words[desk.language], language: desk.language }),
    show() {
      const { say } = desk.saying();
      document.documentElement.lang = desk.language;
      document.title = `${say.title} · ${say.service}`;
      setText('#service', say.service);
      setText('h1', say.title);
      other.textContent = say.other;
      other.setAttribute('aria-label', say.otherLabel);
      status.textContent = desk.working !== null ? say[desk.working] : desk.stage === 'loading' ? say.loading : '';
      status.hidden = status.textContent === '';
      status.classList.toggle('busy', desk.working !== null);
      alert.replaceChildren(...(desk.failure === null ? [] : [failureNotice(desk.saying(), desk.failure)]));
      const begun = desk.stage !== 'home' && desk.stage !== 'loading';
      content.replaceChildren(...(begun ? [stepper(desk.saying(), stepAt(desk))] : []), contentOf(desk));
      content.inert = desk.working !== null && desk.working !== 'connecting' && desk.working !== 'asking';
    },
    go(stage) {
      desk.stage = stage;
      desk.failure = null;
      desk.show();
      content.querySelector<HTMLElement>('h2')?.focus();
    },
    work(step) {
      desk.working = step;
      desk.failure = null;
      desk.show();
    },
    async attempt(act) {
      desk.failure = null;
      try {
        await act();
        desk.working = null;
      } catch (error) {
        desk.working = null;
        desk.fail(error);
      }
      desk.show();
      alert.querySelector<HTMLElement>('.notice')?.scrollIntoView({ block: 'nearest' });
    },
    async withAgent(list) {
      const asks = setTimeout(() => desk.work('asking'), slowMs);
      try {
        if (desk.client === null) {
          desk.work('connecting');
          desk.client = await connectAgent(ports, desk.language);
          for (const name of ['deviceInserted', 'deviceRemoved', 'certificatesChanged'] as const)
            desk.client.on(name, () => void relist(desk));
        }
        await list();
        desk.failure = null;
      } catch (error) {
        const absent = desk.client === null;
        desk.fail(absent ? ((await diagnose({ ports })).error ?? error) : error);
        if (absent) desk.failure = { ...(desk.failure ?? { text: '', support: '' }), title: 'absent' };
      } finally {
        clearTimeout(asks);
        desk.working = null;
      }
      desk.show();
      content.querySelector<HTMLElement>('input[type=radio]:not(:disabled)')?.focus();
    },
    fail(error) {
      desk.failure = failureOf(desk, error);
    },
    sentence: (coded) => (coded === null ? '' : describe(withShortNames(coded), desk.language)),
  };
  return desk;
}

async function relist(desk: Desk): Promise<void> {
  if (desk.working !== null || (desk.stage !== 'old' && desk.stage !== 'medium')) return;
  await desk.relist().catch((error: unknown) => desk.fail(error));
  desk.show();
}

function failureNotice({ say }: Saying, { title, text, support }: Failure): HTMLElement {
  return element(
    'div',
    { class: 'notice fail', 'data-test': 'failure' },
    element('strong', {}, say[title]),
    element('p', {}, text),
    support === '' ? null : element('p', { class: 'small mono' }, `${say.support} ${support}`),
  );
}

/** null for an act that the person gave up without a word to say. */
function failureOf(desk: Desk, error: unknown): Failure | null {
  const { say } = desk.saying();
  if (error instanceof NoKeyHere) return { title: 'failed', text: say.noKey, support: '' };
  if (isOneLockError(error)) {
    if (error.code === 'ERR_SDK_ABORTED') return null;
    const text = error.code === 'ERR_USER_CANCELLED' ? say.cancelled : desk.sentence(error);
    return { title: 'failed', text, support: error.callId ?? '' };
  }
  if (!(error instanceof Refusal)) throw error;
  const { coded, requestId } = error;
  if (coded === null) return { title: 'failed', text: say.network, support: '' };
  const text = coded.code === 'ERR_REQUEST_NOT_FOUND' ? say.gone : desk.sentence(coded);
  return { title: 'failed', text, support: requestId };
}

export const actsRow = (...made: readonly (HTMLElement | null)[]): HTMLElement =>
  element('div', { class: 'acts' }, ...made);

function setText(selector: string, text: string): void {
  const found = document.querySelector(selector);
  if (found !== null) found.textContent = text;
}
