import { button, heading } from '../../hosted-pages/page/controls.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import { type Camera, watchCamera } from './camera.ts';
import type { Desk, MakeView } from './desk.ts';
import { goHome } from './home.ts';
import { reviewView } from './review.ts';
import { server } from './server.ts';
import type { Kept } from './vault.ts';

/** What a code on a screen says, if it is one of this service's; no other address is ever opened. */
export function frameIn(text: string): string | null {
  const start = `${location.origin}/phone#`;
  return text.startsWith(start) && /^[\w.-]{1,200}$/.test(text.slice(start.length)) ? text.slice(start.length) : null;
}

/** The camera, and beside it the code for whoever has none. */
export function scanView(kept: Kept, byCamera: boolean): MakeView {
  let typed = '';
  return (desk) => {
    const { say } = desk;
    const hint = element('p', { class: 'small', role: 'status', 'data-test': 'camera' }, byCamera ? say.camera : '');
    const video = element('video', { playsinline: true, muted: true, 'aria-hidden': 'true' });
    const finder = element('div', { class: 'finder' }, video);
    const input = element('input', {
      ...{ id: 'code', name: 'code', type: 'text', value: typed, autocomplete: 'off', autocapitalize: 'characters' },
      ...{ spellcheck: 'false', maxlength: '12', class: 'mono' },
    });
    input.addEventListener('input', () => {
      typed = input.value;
    });
    const form = element(
      'form',
      { novalidate: true },
      element('div', { class: 'field' }, element('label', { for: 'code' }, say.codeLabel), input),
      element(
        'div',
        { class: 'acts' },
        element('button', { type: 'submit', class: 'primary', 'data-test': 'send-code' }, say.next),
        button(say.back, () => void goHome(desk, kept.id), 'back'),
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (typed.trim() !== '') void claim(desk, kept, { code: typed.trim() });
    });
    const shown = element(
      'section',
      {},
      heading(byCamera ? say.scanTitle : say.typeCode),
      byCamera ? finder : null,
      byCamera ? hint : null,
      form,
    );
    let camera: Camera | null = null;
    let left = false;
    let busy = false;
    const seen = (text: string): void => {
      if (busy || left) return;
      const frame = frameIn(text);
      if (frame === null) {
        hint.textContent = say.foreign;
        return;
      }
      busy = true;
      void claim(desk, kept, { frame, by: 'camera' }).then((again) => {
        busy = false;
        // The code on the screen moves on: the next one is looked at.
        if (again) hint.textContent = say.looking;
      });
    };
    const start = async (): Promise<void> => {
      try {
        camera = await watchCamera(video, seen);
        if (left) camera.stop();
        else hint.textContent = say.looking;
      } catch (error) {
        if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
        finder.hidden = true;
        hint.textContent = error.name === 'NotAllowedError' ? say.cameraRefused : say.cameraNone;
        if (!left) input.focus();
      }
    };
    if (byCamera) void start();
    return {
      element: shown,
      focus: byCamera ? undefined : '#code',
      leave: () => {
        left = true;
        camera?.stop();
      },
    };
  };
}

/** What was seen of a screen: its QR code, or the code beside it. */
export type Seen = { readonly frame: string; readonly by?: 'camera' } | { readonly code: string };

/** @returns whether it is worth looking at the screen again */
export async function claim(desk: Desk, kept: Kept, what: Seen): Promise<boolean> {
  desk.tell(null);
  desk.work(desk.say.claiming);
  try {
    const order = await server.claim(kept, what);
    desk.go(reviewView(kept, order));
    return false;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    desk.work('');
    if ('frame' in what && error.coded?.code === 'ERR_PHONE_CODE_STALE') return true;
    desk.tell(error);
    return false;
  }
}
