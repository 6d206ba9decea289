import { element } from '../../hosted-pages/page/element.ts';
import type { Words } from './words.ts';

export type Way = 'key' | 'phone';

const place = 'onelock-login-way';

/** How this browser was used last; a key where nothing is known. */
export function recalledWay(): Way {
  try {
    return localStorage.getItem(place) === 'phone' ? 'phone' : 'key';
  } catch {
    // Storage that is shut: nothing is remembered.
    return 'key';
  }
}

export function rememberWay(way: Way): void {
  try {
    localStorage.setItem(place, way);
  } catch {
    // As above.
  }
}

/** The two ways as tabs (WAI-ARIA APG): arrows move between them, Tab leaves them. */
export function wayTabs(choose: (way: Way) => void): {
  readonly element: HTMLElement;
  show(way: Way, say: Words): void;
} {
  const tab = (way: Way): HTMLButtonElement => {
    const button = element('button', {
      type: 'button',
      role: 'tab',
      'aria-controls': 'way',
      'data-test': `way-${way}`,
    });
    button.addEventListener('click', () => choose(way));
    return button;
  };
  const tabs = { key: tab('key'), phone: tab('phone') };
  const list = element('div', { role: 'tablist', class: 'ways' }, tabs.key, tabs.phone);
  list.addEventListener('keydown', (event) => {
    const { key } = event;
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) return;
    event.preventDefault();
    const other =
      key === 'Home' ? 'key' : key === 'End' ? 'phone' : document.activeElement === tabs.key ? 'phone' : 'key';
    choose(other);
    tabs[other].focus();
  });
  return {
    element: list,
    show(way, say) {
      list.setAttribute('aria-label', say.ways);
      tabs.key.textContent = say.byKey;
      tabs.phone.textContent = say.byPhone;
      for (const name of ['key', 'phone'] as const) {
        tabs[name].setAttribute('aria-selected', String(name === way));
        tabs[name].tabIndex = name === way ? 0 : -1;
      }
    },
  };
}
