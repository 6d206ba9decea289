/** These run in the page, one by one, so each stands alone. */

export interface FocusReport {
  /** Of the expected stops; -1 for something else, -2 for nothing (the browser's own bar). */
  readonly index: number;
  readonly shown: boolean;
  readonly piece: string;
}

interface Walked extends Window {
  walkStops?: readonly HTMLElement[];
}

/** Finds every control that the Tab key has to reach, within the open dialog or on the page, and keeps them for {@link reportFocus}. */
export function expectStops(): readonly string[] {
  const within: ParentNode = document.querySelector('dialog:modal') ?? document;
  const radios = new Set<string>();
  const stops = [
    ...within.querySelectorAll<HTMLElement>(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]',
    ),
  ].filter((element) => {
    if (!element.checkVisibility() || element.closest('[inert]') !== null || element.tabIndex < 0) return false;
    if ((element as HTMLButtonElement).disabled) return false;
    if (element instanceof HTMLInputElement && element.type === 'radio') {
      // One stop for a group: the one that is chosen, or any.
      if (element.name !== '' && radios.has(element.name)) return false;
      const chosen = document.querySelector(`input[name="${element.name}"]:checked`);
      if (chosen !== null && chosen !== element) return false;
      radios.add(element.name);
    }
    return true;
  });
  (window as Walked).walkStops = stops;
  return stops.map((element) => element.outerHTML.slice(0, 110));
}

/** Where the focus is, among the expected stops, and whether eyes can see it. */
export function reportFocus(): FocusReport {
  const active = document.activeElement as HTMLElement | null;
  if (active === null || active === document.body) return { index: -2, shown: true, piece: '' };
  const outlined = (element: Element | null): boolean => {
    // A ring around what is cut to one pixel is seen by nobody.
    if (element === null || element.getBoundingClientRect().width < 4) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
  };
  const holder = active.closest('.identity, .file-button');
  return {
    index: (window as Walked).walkStops?.indexOf(active) ?? -1,
    shown: outlined(active) || outlined(holder),
    piece: active.outerHTML.slice(0, 110),
  };
}

/** Whether the focus is within the open dialog, or on the browser's own bar. */
export function focusIsInside(): boolean {
  const dialog = document.querySelector('dialog:modal');
  const active = document.activeElement;
  return dialog !== null && (active === null || active === document.body || dialog.contains(active));
}

/** Tables that a screen reader cannot announce or find its way in, and what is described by something that is not there. */
export function looseStructure(): readonly string[] {
  const found: string[] = [];
  const within: ParentNode = document.querySelector('dialog:modal') ?? document;
  for (const table of within.querySelectorAll('table')) {
    if (!table.checkVisibility()) continue;
    const named = table.caption !== null || table.closest('[aria-label], [aria-labelledby]') !== null;
    if (!named) found.push(`a table without a name: ${table.outerHTML.slice(0, 110)}`);
    for (const head of table.querySelectorAll('th:not([scope])')) found.push(`a head without scope: ${head.outerHTML}`);
    for (const head of table.querySelectorAll('thead th'))
      if ((head.textContent ?? '').trim() === '')
        found.push(`a column without a name: ${table.outerHTML.slice(0, 110)}`);
  }
  for (const name of ['aria-labelledby', 'aria-controls'])
    for (const element of within.querySelectorAll(`[${name}]`))
      for (const id of (element.getAttribute(name) ?? '').split(' '))
        if (document.getElementById(id) === null) found.push(`${name} of nothing: ${id}`);
  return found;
}

/** Whether the page is wider than the window: on a magnified one (200 % of 1366) lines must not be read by scrolling sideways. */
export function isTooWide(): readonly string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide in ${clientWidth}`] : [];
}

/** What sticks out of the window, or out of its box, sideways. */
export function sticksOut(): readonly string[] {
  const found: string[] = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
  for (const box of document.querySelectorAll<HTMLElement>('dialog:modal, dialog:modal .dialog-body, .table-scroll'))
    if (box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
      found.push(
        `${box.tagName.toLowerCase()}.${box.className} ${box.getAttribute('aria-label') ?? ''} is ${box.scrollWidth} wide in ${box.clientWidth}`,
      );
  return found;
}

/**
 * Texts of the page that are not in its language: Chinese on an English page, Latin words on a Chinese one, names of the program's own
 * anywhere. What people have typed (`data`), code and addresses are left out.
 */
export function foreignTexts([data, latin]: readonly [readonly string[], readonly string[]]): readonly string[] {
  const english = document.documentElement.lang === 'en';
  const within: Element = document.querySelector('dialog:modal') ?? document.body;
  const known = [...data].sort((one, other) => other.length - one.length);
  const allowed = new Set(latin);
  const found: string[] = [];
  const judge = (text: string, where: string): void => {
    let rest = text.replaceAll(/https?:\/\/\S+/g, ' ');
    for (const one of known) rest = rest.replaceAll(one, ' ');
    // A digest or a key, by its ends or in hex.
    rest = rest.replaceAll(/\S*…\S*|\b(?:[a-z]{2,4}_)?[0-9a-f]{12,}\b/g, ' ');
    if (english) {
      if (/[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]/.test(rest)) found.push(`Chinese in ${where}: ${text}`);
    } else
      for (const [word] of rest.matchAll(/[A-Za-z][A-Za-z_-]{3,}/g))
        if (!allowed.has(word)) found.push(`“${word}” in ${where}: ${text}`);
    if (/(?:^|\s)(?:[a-z]+\.)+[a-z-]+[A-Za-z]*(?:$|\s)|\{\w+\}|undefined|\[object|NaN|Invalid Date/.test(rest))
      found.push(`a name of the program in ${where}: ${text}`);
  };
  const texts = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const parent = node.parentElement;
    const text = (node.textContent ?? '').trim();
    if (parent === null || text === '' || !parent.checkVisibility()) continue;
    if (
      parent.closest(
        'code, .mono, time, script, style, textarea, [data-test$=language], [data-test=who], [data-foreign]',
      ) !== null
    )
      continue;
    judge(text, parent.tagName.toLowerCase());
  }
  for (const element of within.querySelectorAll('[aria-label], [placeholder], img[alt]'))
    for (const name of ['aria-label', 'placeholder', 'alt'])
      if (element.getAttribute('data-test')?.endsWith('language') !== true)
        judge(element.getAttribute(name) ?? '', `${name} of ${element.tagName.toLowerCase()}`);
  return [...new Set(found)];
}

/** Whether everything that was asked for has come. */
export function isSettled(): boolean {
  return (
    document.querySelector('#page-title, .login, .wall') !== null &&
    document.querySelector('.page-wait, [aria-busy="true"]') === null &&
    !/正在读取…|Loading…/.test(document.querySelector('main')?.textContent ?? '')
  );
}
