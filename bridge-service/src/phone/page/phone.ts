import { Refusal } from '../../hosted-pages/page/refusal.ts';
import { Desk } from './desk.ts';
import { homeView, isReady } from './home.ts';
import { claim, scanView } from './scan.ts';
import { keptKeys } from './vault.ts';
import { words } from './words.ts';

const place = document.querySelector<HTMLElement>('#desk');
if (place !== null) void open(place);
// Something else is asked of a page that is open already.
window.addEventListener('hashchange', () => {
  if (location.hash !== '') location.reload();
});

/** Opens at home; with what a camera of the phone itself, or the login page on this phone, put behind the `#`, at what is asked. */
async function open(at: HTMLElement): Promise<void> {
  const desk = new Desk(at);
  if (!window.isSecureContext) return desk.tell(words[desk.language].insecure);
  const asked = location.hash.slice(1);
  // Nobody comes back to it by the back button or a bookmark.
  if (asked !== '') history.replaceState(null, '', location.pathname);
  let kept: Awaited<ReturnType<typeof keptKeys>>;
  try {
    kept = await keptKeys();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return desk.tell(words[desk.language].storage);
  }
  const seen = asked === '' ? null : asked.includes('.') ? { frame: asked } : { code: asked };
  const [ready, ...others] = kept.filter(isReady);
  desk.go(homeView(kept, null, others.length > 0 ? seen : null));
  if (seen === null || ready === undefined || others.length > 0) return;
  const stale = await claim(desk, ready, seen);
  if (!stale) return;
  desk.go(scanView(ready, true));
  desk.tell(new Refusal({ code: 'ERR_PHONE_CODE_STALE', params: {} }, ''));
}
