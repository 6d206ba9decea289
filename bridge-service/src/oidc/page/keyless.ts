import { diagnose } from '@onelock/sdk';
import { describe } from '@onelock/sdk/messages';
import { element } from '../../hosted-pages/page/element.ts';
import { type Language, words } from './words.ts';

/** For whoever has no key or is not let in: what is not there yet, and what is wrong with this computer. */
export function keylessHelp(language: Language, ports: readonly number[]): HTMLElement {
  const say = words[language];
  const found = element('div', { role: 'status', class: 'small', 'data-test': 'diagnosis' });
  const button = element('button', { type: 'button', 'data-test': 'diagnose' }, say.diagnosis);
  button.addEventListener('click', () => {
    button.setAttribute('disabled', '');
    found.textContent = say.diagnosing;
    void diagnose({ ports }).then((diagnosis) => {
      const { error, agent, addresses } = diagnosis;
      button.removeAttribute('disabled');
      const outcome =
        error === null
          ? say.diagnosisFine.replace('{version}', agent?.productVersion ?? '')
          : describe(error, language);
      found.replaceChildren(
        element('p', {}, outcome),
        ...(error === null ? [] : [details(say, [error.code, ...addresses.map((one) => `${one.url} ${one.outcome}`)])]),
      );
    });
  });
  return element(
    'details',
    { class: 'keyless', 'data-test': 'keyless' },
    element('summary', {}, say.keyless),
    element('p', { class: 'small' }, say.keylessText),
    button,
    found,
  );
}

function details(say: (typeof words)[Language], lines: readonly string[]): HTMLElement {
  return element(
    'div',
    {},
    element('p', {}, say.diagnosisHelp),
    element('ul', { class: 'mono' }, ...lines.map((line) => element('li', {}, line))),
  );
}
