/**
 * Runs in the page: controls that a screen reader would not name, images without a text, ids that stand twice, and controls that show
 * nothing when they have the focus. Each as a piece of its HTML.
 */
export function nakedControls(): readonly string[] {
  const problems: string[] = [];
  const piece = (element: Element): string => element.outerHTML.slice(0, 120);
  const visible = (element: HTMLElement): boolean => element.checkVisibility() && element.closest('[inert]') === null;

  const labelled = (element: HTMLElement): boolean => {
    if ((element.getAttribute('aria-label') ?? '').trim() !== '') return true;
    const by = element.getAttribute('aria-labelledby');
    if (by?.split(' ').some((id) => (document.getElementById(id)?.textContent ?? '').trim() !== '')) return true;
    if ('labels' in element && element.labels instanceof NodeList)
      for (const label of element.labels) if ((label.textContent ?? '').trim() !== '') return true;
    return element.matches('a, button, summary, [role=region]') && (element.textContent ?? '').trim() !== '';
  };

  // Behind an open dialog nothing can be reached.
  const within: ParentNode = document.querySelector('dialog:modal') ?? document;
  for (const element of within.querySelectorAll<HTMLElement>(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]',
  )) {
    if (!visible(element)) continue;
    if (!labelled(element)) problems.push(`no name: ${piece(element)}`);
    if ((element as HTMLButtonElement).disabled || element.classList.contains('unseen')) continue;
    element.focus({ focusVisible: true } as FocusOptions);
    if (document.activeElement !== element) problems.push(`no focus: ${piece(element)}`);
    else {
      const holder = element.closest('.identity') ?? element;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const around = getComputedStyle(holder);
      const shown =
        (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) ||
        (around.outlineStyle !== 'none' && Number.parseFloat(around.outlineWidth) >= 1);
      if (!shown) problems.push(`focus not visible: ${piece(element)}`);
    }
    element.blur();
  }
  for (const image of document.querySelectorAll('img:not([alt]), svg:not([aria-hidden=true], [role=img])'))
    problems.push(`no text: ${piece(image)}`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) problems.push(`id twice: ${id}`);
  if (document.documentElement.lang === '') problems.push('no language');
  return problems;
}
