import { element } from '../../hosted-pages/page/element.ts';
import { type Coded, Refusal } from '../../hosted-pages/page/refusal.ts';
import { qrPicture } from './qr-picture.ts';
import type { PhoneOrder, Server } from './server.ts';
import { type Language, words } from './words.ts';

export interface PhoneDeskOptions {
  readonly server: Server;
  readonly language: () => Language;
  /** Says it in the language of the page. */
  readonly sentence: (coded: Coded) => string;
  /** The browser goes back to the platform. */
  readonly go: (redirectTo: string) => void;
  /** Gives the whole login up. */
  readonly leave: () => void;
}

export interface PhoneDesk {
  readonly element: HTMLElement;
  /** Asks for a phone. */
  start(): void;
  /** Nobody waits for a phone here any more. */
  stop(): void;
  /** The language has changed. */
  say(): void;
}

type Stage = 'idle' | 'beginning' | 'going' | 'failed' | PhoneOrder['state'];

/** The screen's side of a log-in by phone: a code that moves, how far the phone has come, and what became of it. */
export function createPhoneDesk({ server, language, sentence, go, leave }: PhoneDeskOptions): PhoneDesk {
  let order: PhoneOrder | null = null;
  let stage: Stage = 'idle';
  let failure = '';
  let stream: EventSource | null = null;
  let ticking: ReturnType<typeof setInterval> | undefined;
  // The service's clock counts: this one may be wrong.
  let skewMs = 0;
  const picture = qrPicture(words[language()].qrLabel);
  const status = element('p', { class: 'status', role: 'status', 'data-test': 'phone-status' });
  const left = element('p', { class: 'small left', 'data-test': 'phone-left' });
  const content = element('div', {});
  const root = element('div', { class: 'phone', 'data-test': 'phone' }, status, content);

  const over = (): boolean => ['refused', 'denied', 'expired', 'cancelled', 'failed'].includes(stage);

  function show(): void {
    const say = words[language()];
    picture.name(say.qrLabel);
    root.dataset.stage = stage;
    status.textContent = say.phoneStages[stage === 'done' ? 'going' : stage === 'idle' ? 'beginning' : stage];
    status.hidden = over();
    content.replaceChildren(...views());
    tick();
  }

  function views(): readonly HTMLElement[] {
    const say = words[language()];
    if (over()) return [outcome()];
    if (order === null || stage === 'beginning' || stage === 'idle') return [];
    const contested = order.contested
      ? [element('div', { class: 'notice fail', role: 'alert', 'data-test': 'contested' }, say.contested)]
      : [];
    if (stage === 'shown') return [...contested, shown(order)];
    const phone = order.phone ?? '';
    return [
      ...contested,
      element(
        'div',
        { class: 'waiting' },
        element(
          'p',
          { class: 'check' },
          say.checkCode,
          element('strong', { 'data-test': 'check-code' }, order.checkCode),
        ),
        element('p', { class: 'small' }, stage === 'claimed' ? say.claimedHint.replace('{phone}', phone) : ''),
        stage === 'claimed' ? left : null,
        stage === 'claimed' ? acts(cancelButton()) : null,
      ),
    ];
  }

  function shown({ code, checkCode }: PhoneOrder): HTMLElement {
    const say = words[language()];
    const page = `${location.origin}/phone`;
    const here = element(
      'a',
      { href: `/phone#${code}`, target: '_blank', rel: 'noopener', class: 'here' },
      say.onThisPhone,
    );
    return element(
      'div',
      { class: 'scan' },
      here,
      element('div', { class: 'ground' }, picture.element),
      element(
        'div',
        { class: 'beside' },
        element(
          'ol',
          {},
          element('li', {}, say.stepOpen, ' ', element('span', { class: 'mono address' }, page)),
          element('li', {}, say.stepScan),
          element('li', {}, say.stepCompare),
        ),
        element('p', { class: 'check' }, say.checkCode, element('strong', { 'data-test': 'check-code' }, checkCode)),
        element(
          'p',
          { class: 'typed' },
          `${say.typed} `,
          element('strong', { class: 'mono', 'data-test': 'phone-code' }, `${code.slice(0, 4)} ${code.slice(4)}`),
        ),
        left,
        acts(cancelButton()),
      ),
    );
  }

  function outcome(): HTMLElement {
    const say = words[language()];
    const reason = order?.reason ?? null;
    const text =
      stage === 'failed'
        ? failure
        : reason === null
          ? say.outcomes[stage as keyof typeof say.outcomes]
          : sentence(reason);
    const again = element('button', { type: 'button', class: 'primary', 'data-test': 'phone-again' }, say.again);
    again.addEventListener('click', start);
    return element(
      'div',
      {},
      element(
        'div',
        { class: 'notice fail', role: 'alert', 'data-test': 'phone-outcome' },
        element('strong', {}, stage === 'refused' ? say.refused : say.failed),
        element('p', {}, text),
      ),
      acts(again, cancelButton()),
    );
  }

  const acts = (...buttons: readonly HTMLElement[]): HTMLElement => element('div', { class: 'acts' }, ...buttons);

  function cancelButton(): HTMLElement {
    const button = element('button', { type: 'button', 'data-test': 'phone-cancel' }, words[language()].cancel);
    button.addEventListener('click', () => {
      stop();
      leave();
    });
    return button;
  }

  function tick(): void {
    if (order === null) return;
    const seconds = Math.max(0, Math.ceil((Date.parse(order.expiresAt) - Date.now() - skewMs) / 1000));
    left.textContent = words[language()].left.replace('{seconds}', String(seconds));
  }

  function start(): void {
    close();
    stage = 'beginning';
    order = null;
    show();
    server
      .beginPhone()
      .then((begun) => {
        // Somebody has chosen the other way meanwhile.
        if (stage !== 'beginning') return;
        skewMs = Date.parse(begun.now) - Date.now();
        take(begun);
        follow(begun.id);
      })
      .catch(fail);
  }

  function follow(id: string): void {
    stream = server.followPhone(id);
    stream.addEventListener('frame', ({ data }) => picture.show(String(data)));
    stream.addEventListener('order', ({ data }) => take(JSON.parse(String(data)) as PhoneOrder));
    // It comes again by itself unless the service has no room for it.
    stream.addEventListener('error', () => {
      if (stream?.readyState === EventSource.CLOSED) fail(new Refusal(null, ''));
    });
    ticking = setInterval(tick, 1_000);
  }

  function take(next: PhoneOrder): void {
    if (stage === 'going' || (order !== null && next.id !== order.id)) return;
    order = next;
    stage = next.state;
    if (stage === 'approved') void finish(next.id);
    else if (over()) close();
    show();
    if (over()) content.querySelector<HTMLElement>('.primary')?.focus();
  }

  async function finish(id: string): Promise<void> {
    stage = 'going';
    close();
    show();
    try {
      go((await server.finishPhone(id)).redirectTo);
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    close();
    stage = 'failed';
    const say = words[language()];
    failure =
      error.coded === null
        ? say.network
        : error.coded.code === 'ERR_LOGIN_CHALLENGE_UNKNOWN'
          ? say.over
          : sentence(error.coded);
    show();
  }

  function close(): void {
    stream?.close();
    stream = null;
    clearInterval(ticking);
  }

  function stop(): void {
    const id = order !== null && ['shown', 'claimed'].includes(stage) ? order.id : null;
    close();
    stage = 'idle';
    order = null;
    show();
    // That it could not be told is nothing to the person here: the order ends by itself.
    if (id !== null)
      server.cancelPhone(id).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
      });
  }

  return { element: root, start, stop, say: show };
}
