import { button, heading } from '../../hosted-pages/page/controls.ts';
import { dateIn } from '../../hosted-pages/page/dates.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import { applyView, emptyForm } from './apply.ts';
import type { Desk, MakeView, View } from './desk.ts';
import { progressView } from './progress.ts';
import { claim, type Seen, scanView } from './scan.ts';
import { server } from './server.ts';
import { forget, type Kept, keptKeys } from './vault.ts';

/** Why a certificate that is here is of no use any more. */
type Useless = 'locked' | 'unknown' | 'expired';

/**
 * What is on this phone.
 *
 * @param chosen  id of the certificate that scans
 * @param pending  what a screen asks already, for whichever certificate the person chooses
 */
export function homeView(kept: readonly Kept[], chosen: string | null = null, pending: Seen | null = null): MakeView {
  let removing: string | null = null;
  let selected = chosen ?? kept.find(isReady)?.id ?? null;
  let useless: ReadonlyMap<string, Useless> = expiredOf(kept);
  let asked = false;
  const askService = async (desk: Desk): Promise<void> => {
    const told = await toldOf(kept.filter(isReady));
    if (told.size === 0) return;
    useless = new Map([...useless, ...told]);
    desk.refresh(make);
  };
  const make = (desk: Desk): View => {
    const { say } = desk;
    if (!asked) void askService(desk);
    asked = true;
    const usable = (one: Kept): boolean => isReady(one) && !useless.has(one.id);
    if (!kept.some(({ id }) => id === selected && !useless.has(id))) selected = kept.find(usable)?.id ?? null;
    const apply = (primary: boolean): HTMLElement =>
      button(primary ? say.apply : say.applyAnother, () => desk.go(applyView(emptyForm())), 'apply', primary);
    const inApp = isInsideApp() ? element('p', { class: 'notice fail', 'data-test': 'in-app' }, say.inApp) : null;
    if (kept.length === 0)
      return {
        element: element(
          'section',
          {},
          inApp,
          heading(say.none),
          element('p', {}, say.intro),
          element('div', { class: 'acts' }, apply(true)),
          element('p', { class: 'small' }, say.install),
        ),
      };
    const current = kept.find(({ id }) => id === selected);
    const cards = kept.map((one) =>
      card(desk, one, {
        checked: one.id === selected,
        useless: useless.get(one.id) ?? null,
        removing: one.id === removing,
        choose: () => {
          selected = one.id;
          desk.show(false);
        },
        ask: (asked) => {
          removing = asked ? one.id : null;
          desk.show(false);
        },
        remove: () => void forget(one.id).then(async () => goHome(desk)),
      }),
    );
    return {
      element: element(
        'section',
        {},
        inApp,
        heading(say.certificates),
        element('div', { class: 'cards' }, ...cards),
        current === undefined || !usable(current)
          ? null
          : element(
              'div',
              { class: 'acts tall' },
              pending === null
                ? null
                : button(say.withThis, () => void claim(desk, current, pending), 'with-this', true),
              button(say.scan, () => desk.go(scanView(current, true)), 'scan', pending === null),
              button(say.typeCode, () => desk.go(scanView(current, false)), 'type'),
            ),
        element('div', { class: 'acts' }, apply(false)),
        element('p', { class: 'small' }, say.install),
      ),
    };
  };
  return make;
}

/** WeChat, DingTalk, Alipay, Feishu and QQ keep pages in storage of their own. */
const isInsideApp = (): boolean => /MicroMessenger|DingTalk|AlipayClient|Lark|\bQQ\//i.test(navigator.userAgent);

export const isReady = ({ certificate }: Kept): boolean => certificate !== null;

const expiredOf = (kept: readonly Kept[]): ReadonlyMap<string, Useless> =>
  new Map(
    kept
      .filter(({ notAfter }) => notAfter !== null && Date.parse(notAfter) < Date.now())
      .map(({ id }) => [id, 'expired']),
  );

/** What the service says of them. One that could not be asked about is taken for what it was. */
async function toldOf(ready: readonly Kept[]): Promise<ReadonlyMap<string, Useless>> {
  const told = new Map<string, Useless>();
  for (const one of ready)
    try {
      if ((await server.state(one)).state === 'locked') told.set(one.id, 'locked');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.coded?.code === 'ERR_PHONE_UNKNOWN') told.set(one.id, 'unknown');
    }
  return told;
}

/** @param chosen  id of the certificate that was used */
export async function goHome(desk: Desk, chosen: string | null = null): Promise<void> {
  desk.go(homeView(await keptKeys(), chosen));
}

interface CardActs {
  readonly checked: boolean;
  readonly useless: Useless | null;
  readonly removing: boolean;
  choose(): void;
  ask(asked: boolean): void;
  remove(): void;
}

function card(desk: Desk, one: Kept, { checked, useless, removing, choose, ask, remove }: CardActs): HTMLElement {
  const { say } = desk;
  const radio = element('input', {
    type: 'radio',
    name: 'key',
    value: one.id,
    checked,
    disabled: !isReady(one) || useless !== null,
  });
  radio.addEventListener('change', choose);
  const facts = element(
    'span',
    { class: 'body' },
    element('strong', {}, one.company),
    element('span', { class: 'small' }, `${say.code} `, element('span', { class: 'mono' }, one.creditCode)),
    element('span', { class: 'small' }, one.authority),
    one.notAfter === null
      ? element('span', { class: 'badge calm' }, say.waiting)
      : element('span', { class: 'small' }, `${say.until} ${dateIn(desk.language, one.notAfter)}`),
    useless === null ? null : element('span', { class: 'badge', 'data-test': useless }, say[useless]),
  );
  return element(
    'div',
    { class: 'card', 'data-test': 'certificate' },
    element('label', { class: useless === null ? 'choice' : 'choice unusable' }, radio, facts),
    removing
      ? element(
          'div',
          { class: 'removing' },
          element('p', { class: 'small' }, say.removeSure),
          element(
            'div',
            { class: 'acts' },
            button(say.removeYes, remove, 'remove-yes'),
            button(say.keep, () => ask(false), 'keep'),
          ),
        )
      : element(
          'div',
          { class: 'cardacts' },
          isReady(one) ? null : button(say.goOn, () => desk.go(progressView(one)), 'progress', true),
          button(say.remove, () => ask(true), 'remove'),
        ),
  );
}
