import { authenticate, connect, diagnose, isOneLockError, type OneLockClient } from '@onelock/sdk';
import { describe } from '@onelock/sdk/messages';
import { element } from '../../hosted-pages/page/element.ts';
import { type Coded, Refusal } from '../../hosted-pages/page/refusal.ts';
import { withShortNames } from '../../hosted-pages/page/short-name.ts';
import { certificateChoice, type Identity } from './certificate-choice.ts';
import { keylessHelp } from './keyless.ts';
import { createPhoneDesk } from './phone-order.ts';
import { serverOf, type UseContext } from './server.ts';
import { recalledWay, rememberWay, type Way, wayTabs } from './ways.ts';
import { type Language, words } from './words.ts';

interface Failure {
  readonly title: 'absent' | 'refused' | 'undecided' | 'failed';
  readonly text: string;
  readonly support: string;
}

const desk = document.querySelector<HTMLElement>('#desk');
if (desk !== null) runDesk(desk);

/** The login desk: finds the agent, lists certificates, has one sign the challenge, goes back to the platform. */
function runDesk(place: HTMLElement): void {
  const ports = (place.dataset.ports ?? '').split(',').map(Number);
  const server = serverOf(place.dataset.uid ?? '');
  let language: Language = place.dataset.locale === 'en' ? 'en' : 'zh-CN';
  let client: OneLockClient | null = null;
  let identities: readonly Identity[] = [];
  let unread = '';
  let chosen: string | null = null;
  let stage: 'looking' | 'asking' | 'absent' | 'ready' | 'window' | 'judging' | 'going' = 'looking';
  let failure: Failure | null = null;
  let giveUp: AbortController | null = null;
  const byPhone = place.dataset.phone === '1';
  let way: Way = byPhone ? recalledWay() : 'key';
  let looked = false;

  // Both stay in the page, so that screen readers hear what is put into them.
  const status = element('p', { class: 'status', role: 'status', 'data-test': 'status' });
  const alert = element('div', { role: 'alert' });
  const content = element('div', {});
  const header = element('button', { type: 'button', class: 'language', 'data-test': 'language' });
  header.addEventListener('click', () => {
    language = language === 'en' ? 'zh-CN' : 'en';
    show();
    header.focus();
  });
  document.querySelector('header')?.append(header);
  const phoneDesk = createPhoneDesk({
    server,
    language: () => language,
    sentence,
    go: (redirectTo) => location.assign(redirectTo),
    leave: () => void leave(),
  });
  const tabs = wayTabs(choose);
  const keyPanel = element('div', {}, status, alert, content);
  const panel = element('div', { id: 'way' });
  place.append(...(byPhone ? [tabs.element] : []), panel);

  function choose(next: Way): void {
    // A PIN window is open, or the browser is on its way: the other way would get between.
    if (next === way || stage === 'window' || stage === 'judging' || stage === 'going') return;
    way = next;
    rememberWay(way);
    begin();
  }

  function begin(): void {
    panel.replaceChildren(way === 'phone' ? phoneDesk.element : keyPanel);
    if (way === 'phone') phoneDesk.start();
    else phoneDesk.stop();
    show();
    if (way === 'key' && !looked) {
      looked = true;
      void look();
    }
  }

  function show(): void {
    const say = words[language];
    document.documentElement.lang = language;
    document.title = `${say.title} · ${say.service}`;
    setText('#service', say.service);
    setText('h1', say.title);
    const to = document.querySelector('.to');
    if (to?.firstChild) to.firstChild.textContent = `${say.to} `;
    header.textContent = say.other;
    header.setAttribute('aria-label', say.otherLabel);
    tabs.show(way, say);
    panel.setAttribute('role', byPhone ? 'tabpanel' : 'group');
    panel.setAttribute('aria-label', way === 'phone' ? say.byPhone : say.byKey);
    if (way === 'phone') phoneDesk.say();
    status.textContent = statusWords();
    status.hidden = status.textContent === '';
    status.classList.toggle('busy', stage !== 'ready');
    alert.replaceChildren(...(failure === null ? [] : [failureNotice(failure)]));
    content.replaceChildren(stage === 'ready' ? chooser() : stage === 'looking' ? '' : otherActs());
    if (stage === 'absent' || stage === 'ready') content.append(keylessHelp(language, ports));
  }

  function statusWords(): string {
    const say = words[language];
    if (stage === 'ready') return identities.length === 0 ? say.none : '';
    return stage === 'absent' ? '' : say[stage];
  }

  function failureNotice({ title, text, support }: Failure): HTMLElement {
    const say = words[language];
    return element(
      'div',
      { class: 'notice fail', 'data-test': 'failure' },
      element('strong', {}, say[title]),
      element('p', {}, text),
      support === '' ? null : element('p', { class: 'small mono' }, `${say.support} ${support}`),
    );
  }

  function chooser(): HTMLElement {
    const say = words[language];
    const form = element(
      'form',
      {},
      element(
        'fieldset',
        {},
        element('legend', {}, say.certificates),
        ...identities.map((identity) => certificateChoice(identity, say, language, identity.key === chosen)),
      ),
      unread === '' ? null : element('p', { class: 'small' }, `${say.unread} ${unread}`),
      element(
        'div',
        { class: 'acts' },
        element(
          'button',
          { type: 'submit', class: 'primary', disabled: chosen === null, 'data-test': 'enter' },
          say.enter,
        ),
        cancelButton(),
      ),
    );
    form.addEventListener('change', () => {
      chosen = new FormData(form).get('key') as string | null;
      form.querySelector<HTMLButtonElement>('.primary')?.removeAttribute('disabled');
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void logIn();
    });
    return form;
  }

  function otherActs(): HTMLElement {
    const retry = element('button', { type: 'button', class: 'primary', 'data-test': 'retry' }, words[language].retry);
    retry.addEventListener('click', () => void look());
    return element(
      'div',
      { class: 'acts' },
      stage === 'absent' ? retry : null,
      stage === 'going' ? null : cancelButton(),
    );
  }

  function cancelButton(): HTMLElement {
    const button = element('button', { type: 'button', 'data-test': 'cancel' }, words[language].cancel);
    button.addEventListener('click', () => {
      if (stage === 'window') giveUp?.abort();
      else void leave();
    });
    return button;
  }

  async function leave(): Promise<void> {
    try {
      location.assign((await server.cancel()).redirectTo);
    } catch (error) {
      failure = failureOf(error, 'failed');
      show();
    }
  }

  async function look(): Promise<void> {
    stage = 'looking';
    failure = null;
    show();
    try {
      client = await connect({ ports, locale: language, reconnect: 'background' });
    } catch (error) {
      const { error: named } = await diagnose({ ports });
      failure = failureOf(named ?? error, 'absent');
      stage = 'absent';
      show();
      return;
    }
    for (const name of ['deviceInserted', 'deviceRemoved', 'certificatesChanged'] as const)
      client.on(name, () => void list());
    await list();
  }

  async function list(): Promise<void> {
    if (client === null || stage === 'window' || stage === 'judging' || stage === 'going') return;
    const asks = setTimeout(() => {
      if (stage !== 'looking') return;
      stage = 'asking';
      show();
    }, 500);
    try {
      const listed = await client.listCertificates({ filter: { usage: 'authenticate' } });
      const usableFirst = (one: Identity): number => (one.validity === 'valid' ? 0 : 1);
      identities = listed.identities.toSorted((one, other) => usableFirst(one) - usableFirst(other));
      unread = listed.incomplete.map(({ vendor }) => vendor).join(', ');
      const usable = identities.filter(({ validity }) => validity === 'valid').map(({ key }) => key);
      if (chosen === null || !usable.includes(chosen)) chosen = usable.length === 1 ? (usable[0] ?? null) : null;
      failure = null;
      stage = 'ready';
    } catch (error) {
      failure = failureOf(error, 'failed');
      stage = 'absent';
    } finally {
      clearTimeout(asks);
    }
    show();
    document.querySelector<HTMLElement>('input[name=key]:not(:disabled)')?.focus();
  }

  /** A device that says nothing of itself is no reason to let nobody in. */
  async function useContext(agent: OneLockClient, key: string): Promise<UseContext> {
    const device = identities.find((identity) => identity.key === key)?.device;
    if (device === undefined) return {};
    try {
      const { driver, serialNumber } = await agent.getDeviceInfo({ device });
      return { driver, ...(/^[\x21-\x7e]{1,64}$/.test(serialNumber) && { deviceSerial: serialNumber }) };
    } catch (error) {
      if (isOneLockError(error)) return {};
      throw error;
    }
  }

  /** Why nobody came with a token helps those who watch over drivers; that it could not be told is nothing to the person here. */
  async function tell(agent: OneLockClient, key: string, asked: string, code: string): Promise<void> {
    try {
      await server.failure(asked, code, await useContext(agent, key));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async function logIn(): Promise<void> {
    if (client === null || chosen === null) return;
    failure = null;
    stage = 'window';
    show();
    giveUp = new AbortController();
    const agent = client;
    const key = chosen;
    let asked = '';
    try {
      const { id, challenge } = await server.challenge();
      asked = id;
      const token = await authenticate(agent, { challenge, key }, { signal: giveUp.signal });
      asked = '';
      stage = 'judging';
      show();
      const outcome = await server.login(token, await useContext(agent, key));
      if (outcome.redirectTo !== undefined) {
        stage = 'going';
        show();
        location.assign(outcome.redirectTo);
        return;
      }
      const undecided = outcome.indication === 'indeterminate' && isOpenRevocation(outcome.reason?.code ?? '');
      const text = sentence(outcome.reason);
      failure = {
        title: undecided ? 'undecided' : 'refused',
        text: undecided ? `${words[language].undecidedWhy}${text}` : text,
        support: outcome.loginId,
      };
    } catch (error) {
      failure = failureOf(error, 'failed');
      if (asked !== '' && isOneLockError(error)) void tell(agent, key, asked, error.code);
    }
    stage = 'ready';
    show();
    document.querySelector<HTMLElement>('[data-test=enter]')?.focus();
  }

  /** null for an act that the person gave up: there is nothing to tell. */
  function failureOf(error: unknown, title: Failure['title']): Failure | null {
    if (isOneLockError(error)) {
      if (error.code === 'ERR_SDK_ABORTED') return null;
      return { title, text: sentence(error), support: error.callId ?? '' };
    }
    if (!(error instanceof Refusal)) throw error;
    const { coded, requestId } = error;
    const say = words[language];
    if (coded === null) return { title, text: say.network, support: '' };
    const text = coded.code === 'ERR_LOGIN_CHALLENGE_UNKNOWN' ? say.over : sentence(coded);
    return { title, text, support: requestId };
  }

  function sentence(coded: Pick<Coded, 'code' | 'params'> | null): string {
    return coded === null ? '' : describe(withShortNames(coded), language);
  }

  begin();
}

/** Nothing is said against the certificate: nobody could say anything. */
const isOpenRevocation = (code: string): boolean =>
  code.startsWith('ERR_EVIDENCE_') || code === 'ERR_REVOCATION_UNKNOWN';

function setText(selector: string, text: string): void {
  const found = document.querySelector(selector);
  if (found !== null) found.textContent = text;
}
