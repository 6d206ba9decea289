import { type Component, shallowRef } from 'vue';

export { matchRoute } from './match-route.ts';

/** Where the console lives. */
const base = '/console';

export interface RouteOf {
  /** E.g. `/cas/:id`; a segment with a colon is a parameter, given to the page as a property. */
  readonly path: string;
  readonly load: () => Promise<{ readonly default: Component }>;
}

export interface Place {
  /** Below the console, with a slash in front. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const placeNow = (): Place => ({
  path: location.pathname.slice(base.length) || '/',
  query: new URLSearchParams(location.search),
});

/** Where the person is. */
export const place = shallowRef<Place>(placeNow());

addEventListener('popstate', () => {
  place.value = placeNow();
});

/** The address of a page, for `href`: `at('/cas/ca_1')`. */
export const at = (path: string): string => `${base}${path}`;

/** Goes to a page. `how: 'replace'` leaves no step back, for filters and after a record was made. */
export function go(path: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', at(path));
  place.value = placeNow();
}

/** Links to pages of ours change the page without loading it again; all others are the browser's. */
export function followLinks(root: Document): void {
  root.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return;
    if (link.origin !== location.origin || !link.pathname.startsWith(`${base}/`)) return;
    if (link.hash !== '' && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname.slice(base.length) + link.search);
  });
}
