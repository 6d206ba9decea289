/** The page is drawn anew after an act; whoever has not moved on by then is not left without a focus. */
const watchMs = 3_000;

const takeOverMs = 500;
let left: { readonly places: readonly Element[]; readonly at: number } = { places: [], at: Number.NEGATIVE_INFINITY };

/** Where the focus was before each open dialog, nearest first. */
const before = new WeakMap<Element, readonly Element[]>();

/** Where the focus is now; from within a dialog, where it was before that one too, which may go when another takes its place. */
export function placesOfFocus(): readonly Element[] {
  const active = document.activeElement;
  // One dialog takes the place of another that has just gone.
  if (active === null || active === document.body) return performance.now() - left.at < takeOverMs ? left.places : [];
  const dialog = active.closest('dialog');
  return [active, ...(dialog === null ? [] : (before.get(dialog) ?? []))];
}

export function rememberPlaces(dialog: Element, places: readonly Element[]): void {
  before.set(dialog, places);
}

/**
 * Gives the focus back to what had it before a dialog, and to the heading of the page where that is gone, or goes while the page is drawn anew.
 * A key or a press of the pointer that comes meanwhile ends it.
 */
export function keepFocus(places: readonly Element[]): void {
  left = { places, at: performance.now() };
  const lost = (): boolean => document.activeElement === null || document.activeElement === document.body;
  const give = (): void => {
    if (document.querySelector('dialog:modal') !== null) return;
    for (const place of places) if (lost() && place instanceof HTMLElement && place.isConnected) place.focus();
    if (lost()) document.getElementById('page-title')?.focus();
  };
  const observer = new MutationObserver(give);
  const end = (): void => {
    observer.disconnect();
    removeEventListener('keydown', end, true);
    removeEventListener('pointerdown', end, true);
  };
  queueMicrotask(give);
  observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  addEventListener('keydown', end, true);
  addEventListener('pointerdown', end, true);
  setTimeout(end, watchMs);
}
