import { button, heading } from '../../hosted-pages/page/controls.ts';
import { momentIn } from '../../hosted-pages/page/dates.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import type { Desk, MakeView, View } from './desk.ts';
import { goHome } from './home.ts';
import { stretchPin, unwrapKey } from './pin.ts';
import { scanView } from './scan.ts';
import { type Order, server } from './server.ts';
import { signLogin } from './sm2-key.ts';
import type { Kept } from './vault.ts';

const askAgainMs = 3_000;

/** What is asked of this phone, in the words of the screen; nothing is signed before the PIN. */
export function reviewView(kept: Kept, claimed: Order): MakeView {
  let order = claimed;
  let busy = false;
  let typedCheck = '';
  const skewMs = Date.parse(claimed.now) - Date.now();
  return (desk) => {
    const { say } = desk;
    // A page of one address signs for that address alone.
    if (order.origin !== location.origin) return notice(desk, say.refusedTitle, say.wrongSite, kept, 'fail');
    let left = false;
    const remaining = element('p', { class: 'small', 'data-test': 'left' });
    const contested = element('div', { role: 'alert' });
    const pin = element('input', {
      ...{ id: 'pin', name: 'pin', type: 'password', inputmode: 'numeric', autocomplete: 'off', maxlength: '16' },
      ...{ required: true, disabled: busy },
    });
    // Who was sent a link or a code has no screen to read it from; it stays when the PIN was wrong.
    const match = element('input', {
      ...{ id: 'check', name: 'check', type: 'text', inputmode: 'numeric', autocomplete: 'off', maxlength: '3' },
      ...{ required: true, disabled: busy, class: 'mono', 'aria-describedby': 'check-hint', value: typedCheck },
    });
    match.addEventListener('input', () => {
      typedCheck = match.value;
    });
    const approve = element(
      'button',
      { type: 'submit', class: 'primary', disabled: busy, 'data-test': 'approve' },
      say.approve,
    );
    const form = element(
      'form',
      { novalidate: true },
      order.checkCode === null
        ? element(
            'div',
            { class: 'field' },
            element('label', { for: 'check' }, say.checkType),
            match,
            element('span', { class: 'small', id: 'check-hint' }, say.checkTypeHint),
          )
        : null,
      element('div', { class: 'field' }, element('label', { for: 'pin' }, say.enterPin), pin),
      element(
        'div',
        { class: 'acts tall' },
        approve,
        button(say.notMe, () => void deny('not-me'), 'not-me'),
        button(say.later, () => void deny('later'), 'later'),
      ),
    );
    const fact = (name: string, value: string, test: string): HTMLElement =>
      element('div', {}, element('dt', {}, name), element('dd', { 'data-test': test }, value));
    const shown = element(
      'section',
      {},
      heading(say.review),
      contested,
      element(
        'dl',
        { class: 'facts' },
        fact(say.reviewing, order.platform, 'platform'),
        fact(say.site, order.site, 'site'),
        fact(say.asCompany, kept.company, 'company'),
        fact(
          say.asked,
          [order.asked.device, order.asked.address].filter((one) => one !== '').join(' · ') || '—',
          'asked',
        ),
        fact(say.askedAt, momentIn(desk.language, order.asked.at), 'asked-at'),
      ),
      order.checkCode === null
        ? element('p', { class: 'notice fail', 'data-test': 'was-sent' }, say.wasSent)
        : element(
            'div',
            { class: 'compare' },
            element('p', {}, say.checkAsk),
            element('strong', { 'data-test': 'check-code' }, order.checkCode),
          ),
      element('p', {}, say.here),
      form,
      remaining,
    );

    async function deny(cause: 'not-me' | 'later'): Promise<void> {
      try {
        await server.deny(kept, order.id, cause);
        desk.go((at) => notice(at, say.deniedTitle, say.denied, kept, 'calm'));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        desk.tell(error);
      }
    }

    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const typed = pin.value;
      const check = order.checkCode === null ? match.value.trim() : undefined;
      if (check !== undefined && !/^\d{3}$/.test(check)) return match.focus();
      pin.value = '';
      if (busy || typed === '') return pin.focus();
      void (async () => {
        busy = true;
        approve.disabled = true;
        pin.disabled = true;
        match.disabled = true;
        desk.tell(null);
        desk.work(say.signing);
        const again = await signWith(desk, kept, order, { typed, check });
        busy = false;
        if (!again || left) return;
        approve.disabled = false;
        pin.disabled = false;
        match.disabled = false;
        if (again === 'check') match.focus();
        else pin.focus();
      })();
    });

    const tick = (): void => {
      const seconds = Math.max(0, Math.ceil((Date.parse(order.expiresAt) - Date.now() - skewMs) / 1000));
      remaining.textContent = say.left.replace('{seconds}', String(seconds));
      if (seconds === 0 && !busy) over('expired');
    };
    const over = (state: 'expired' | 'cancelled'): void => {
      if (!left) desk.go((at) => notice(at, at.say.overTitle, at.say.over[state], kept, 'fail'));
    };
    const look = async (): Promise<void> => {
      if (busy || left) return;
      try {
        order = await server.order(kept, order.id);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return;
      }
      if (busy || left) return;
      if (order.state === 'cancelled' || order.state === 'expired') return over(order.state);
      if (order.contested && contested.childElementCount === 0)
        contested.append(element('p', { class: 'notice fail', 'data-test': 'contested' }, say.contested));
    };
    const timers = [setInterval(tick, 1_000), setInterval(() => void look(), askAgainMs)];
    tick();
    void look();
    return {
      element: shown,
      leave: () => {
        left = true;
        for (const timer of timers) clearInterval(timer);
      },
    };
  };
}

/** PIN, share, key, signature, judgement. @returns what may be typed again; false for nothing */
async function signWith(
  desk: Desk,
  kept: Kept,
  order: Order,
  { typed, check }: { readonly typed: string; readonly check: string | undefined },
): Promise<'pin' | 'check' | false> {
  const { say } = desk;
  try {
    const stretched = await stretchPin(typed, kept.salt);
    const { share } = await server.unlock(kept, order.id, {
      pinProof: stretched.proof,
      ...(check !== undefined && { checkCode: check }),
    });
    const pkcs8 = await unwrapKey(kept.wrapped, stretched, share, kept.id);
    const { certificate, publicKey } = kept;
    if (certificate === null) return false;
    const token = await signLogin({ publicKey, pkcs8 }, certificate, location.origin, order.challenge).finally(() =>
      pkcs8.fill(0),
    );
    const { indication, reason } = await server.approve(kept, order.id, token);
    if (indication === 'passed') desk.go((at) => notice(at, at.say.approved, at.say.approvedHint, kept, 'good'));
    else desk.go((at) => notice(at, at.say.refusedTitle, reason === null ? '' : at.sentence(reason), kept, 'fail'));
    return false;
  } catch (error) {
    if (error instanceof DOMException) {
      desk.tell(say.unopened);
      return false;
    }
    if (!(error instanceof Refusal)) throw error;
    const { coded } = error;
    if (coded?.code === 'ERR_PHONE_LOCKED') {
      desk.go((at) => notice(at, at.say.lockedTitle, at.sentence(coded), kept, 'locked'));
      return false;
    }
    if (coded?.code === 'ERR_PHONE_CHECK_WRONG' && coded.params.left === 0) {
      desk.go((at) => notice(at, at.say.deniedTitle, at.say.notMatched, kept, 'fail'));
      return false;
    }
    // An answer that was lost on its way: it counts already.
    if (coded?.code === 'ERR_PHONE_ORDER_STATE' && ['approved', 'done'].includes(String(coded.params.state))) {
      desk.go((at) => notice(at, at.say.approved, at.say.approvedHint, kept, 'good'));
      return false;
    }
    desk.tell(error);
    if (error.coded?.code === 'ERR_PHONE_CHECK_WRONG') return 'check';
    return error.coded === null || error.coded.code === 'ERR_PHONE_PIN_WRONG' ? 'pin' : false;
  }
}

/** How it ended. */
function notice(desk: Desk, title: string, text: string, kept: Kept, kind: 'good' | 'calm' | 'fail' | 'locked'): View {
  const { say } = desk;
  return {
    element: element(
      'section',
      { class: `end ${kind === 'locked' ? 'fail' : kind}`, 'data-test': 'end', 'data-kind': kind },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, kind === 'good' ? '✓' : kind === 'calm' ? '–' : '!'),
      heading(title),
      element('p', { role: 'status' }, text),
      element(
        'div',
        { class: 'acts' },
        kind === 'fail' ? button(say.retry, () => desk.go(scanView(kept, true)), 'retry', true) : null,
        button(say.home, () => void goHome(desk, kept.id), 'home', kind !== 'fail'),
      ),
    ),
  };
}
