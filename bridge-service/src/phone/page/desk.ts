import { describe } from '@onelock/sdk/messages';
import { element } from '../../hosted-pages/page/element.ts';
import { type Coded, Refusal } from '../../hosted-pages/page/refusal.ts';
import { withShortNames } from '../../hosted-pages/page/short-name.ts';
import { type Language, type Words, words } from './words.ts';

/** What fills the page at a time. */
export interface View {
  readonly element: HTMLElement;
  /** Of its first control; the heading without it. */
  readonly focus?: string | undefined;
  /** Somebody goes elsewhere: stop what runs. */
  leave?(): void;
}

export type MakeView = (desk: Desk) => View;

/** The page: one view at a time, in one of two languages, with a place where failures are told. */
export class Desk {
  language: Language;
  readonly #status = element('p', { class: 'status', role: 'status', 'data-test': 'status' });
  readonly #alert = element('div', { role: 'alert' });
  readonly #content = element('div', {});
  readonly #switch = element('button', { type: 'button', class: 'language', 'data-test': 'language' });
  #make: MakeView | null = null;
  #view: View | null = null;

  constructor(place: HTMLElement) {
    this.language = place.dataset.locale === 'en' ? 'en' : 'zh-CN';
    this.#switch.addEventListener('click', () => {
      this.language = this.language === 'en' ? 'zh-CN' : 'en';
      this.tell(null);
      this.show(false);
      this.#switch.focus();
    });
    document.querySelector('header')?.append(this.#switch);
    place.append(this.#alert, this.#content, this.#status);
    this.work('');
  }

  get say(): Words {
    return words[this.language];
  }

  go(make: MakeView): void {
    this.#make = make;
    this.#alert.replaceChildren();
    this.work('');
    this.show(true);
  }

  /** The same view anew: its state lives outside of it. */
  show(focus: boolean): void {
    const { say } = this;
    document.documentElement.lang = this.language;
    document.title = `${say.title} · ${say.service}`;
    setText('#service', say.service);
    setText('h1', say.title);
    this.#switch.textContent = say.other;
    this.#switch.setAttribute('aria-label', say.otherLabel);
    this.#view?.leave?.();
    this.#view = this.#make?.(this) ?? null;
    if (this.#view === null) return;
    const { element: shown, focus: first } = this.#view;
    this.#content.replaceChildren(shown);
    if (focus) shown.querySelector<HTMLElement>(first ?? 'h2')?.focus();
  }

  /** The view anew, if it is still the one that is shown. */
  refresh(make: MakeView): void {
    if (this.#make === make) this.show(false);
  }

  /** What goes on at the moment; empty for nothing. */
  work(text: string): void {
    this.#status.textContent = text;
    this.#status.hidden = text === '';
    this.#status.classList.toggle('busy', text !== '');
  }

  /** Says why something did not work; null for nothing to say. */
  tell(error: unknown): void {
    this.#alert.replaceChildren(...(error === null ? [] : [this.#notice(error)]));
    if (error !== null) this.work('');
  }

  sentence(coded: Coded): string {
    const state = coded.code === 'ERR_PHONE_ORDER_STATE' ? this.say.orderStates[String(coded.params.state)] : undefined;
    return state ?? describe(withShortNames(coded), this.language);
  }

  #notice(error: unknown): HTMLElement {
    const { say } = this;
    const refusal = error instanceof Refusal ? error : null;
    if (refusal === null && typeof error !== 'string') throw error;
    const text = refusal === null ? String(error) : refusal.coded === null ? say.network : this.sentence(refusal.coded);
    const support = refusal?.requestId ?? '';
    return element(
      'div',
      { class: 'notice fail', 'data-test': 'failure', 'data-code': refusal?.coded?.code ?? '' },
      element('strong', {}, say.failed),
      element('p', {}, text),
      support === '' ? null : element('p', { class: 'small mono' }, `${say.support} ${support}`),
    );
  }
}

function setText(selector: string, text: string): void {
  const found = document.querySelector(selector);
  if (found !== null) found.textContent = text;
}
