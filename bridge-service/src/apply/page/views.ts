import { button, heading } from '../../hosted-pages/page/controls.ts';
import { dateIn, momentIn } from '../../hosted-pages/page/dates.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { shortName } from '../../hosted-pages/page/short-name.ts';
import type { Identity, Medium } from './agent.ts';
import { figuresOf, kindOf, money, span, validity } from './format.ts';
import type { Kept } from './kept.ts';
import type { ApplicationDetail, OfferView, Product } from './shapes.ts';
import type { Language, Words } from './words.ts';

export interface Saying {
  readonly say: Words;
  readonly language: Language;
}

export function stepper({ say }: Saying, at: number): HTMLElement {
  const items = say.steps.map((name, index) =>
    element(
      'li',
      { class: index < at ? 'past' : index === at ? 'now' : '', ...(index === at && { 'aria-current': 'step' }) },
      name,
    ),
  );
  return element('ol', { class: 'steps', 'aria-label': say.stepsLabel }, ...items);
}

export function homeView(
  { say, language }: Saying,
  kept: readonly Kept[],
  acts: { begin(mode: 'new' | 'renewal'): void; open(one: Kept): void; forget(one: Kept): void },
): HTMLElement {
  const way = (mode: 'new' | 'renewal', title: string, hint: string): HTMLElement => {
    const made = element(
      'button',
      { type: 'button', class: 'way', 'data-test': mode },
      element('strong', {}, title),
      element('span', { class: 'small' }, hint),
    );
    made.addEventListener('click', () => acts.begin(mode));
    return made;
  };
  return element(
    'section',
    {},
    element('p', { class: 'lead' }, say.intro),
    heading(say.whatToDo),
    element('div', { class: 'ways' }, way('new', say.fresh, say.freshHint), way('renewal', say.renew, say.renewHint)),
    kept.length === 0
      ? null
      : element(
          'div',
          { class: 'mine' },
          element('h3', {}, say.mine),
          element('ul', {}, ...kept.map((one) => keptItem(one, { say, language }, acts))),
        ),
  );
}

function keptItem(
  one: Kept,
  { say, language }: Saying,
  acts: { open(one: Kept): void; forget(one: Kept): void },
): HTMLElement {
  const open = button(say.open, () => acts.open(one), 'open');
  const forget = button(say.forget, () => acts.forget(one), 'forget');
  for (const made of [open, forget]) made.setAttribute('aria-label', `${made.textContent} ${one.company}`);
  return element(
    'li',
    {},
    element(
      'span',
      {},
      element('strong', {}, one.company),
      ' ',
      element('span', { class: 'small' }, momentIn(language, one.at)),
    ),
    open,
    forget,
  );
}

export interface Choice {
  readonly caId: string;
  readonly product: string;
}

export function offersView(
  saying: Saying,
  offers: readonly OfferView[],
  mode: 'new' | 'renewal',
  chosen: Choice | null,
  choose: (choice: Choice) => void,
): HTMLElement {
  const { say } = saying;
  return element(
    'section',
    {},
    heading(say.choose),
    ...offers.map((offer) => offerCard(saying, offer, mode, chosen, choose)),
  );
}

function offerCard(
  saying: Saying,
  offer: OfferView,
  mode: 'new' | 'renewal',
  chosen: Choice | null,
  choose: (choice: Choice) => void,
): HTMLElement {
  const { say } = saying;
  const figures = figuresOf(offer, say).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element(
    'fieldset',
    { class: 'offer', 'data-test': 'offer', 'data-ca': offer.name },
    element('legend', {}, offer.name),
    element(
      'div',
      { class: 'columns' },
      element(
        'div',
        { class: 'products' },
        ...offer.products.map((product) => {
          const checked = chosen?.caId === offer.caId && chosen.product === product.code;
          return productChoice(saying, offer, product, mode, checked, choose);
        }),
        offer.notice === ''
          ? null
          : element(
              'details',
              {},
              element('summary', {}, say.notice),
              element('p', { class: 'small wrapped' }, offer.notice),
            ),
      ),
      element('div', { class: 'figures' }, element('h3', {}, say.figures), element('dl', {}, ...figures)),
    ),
  );
}

function productChoice(
  { say, language }: Saying,
  { caId }: OfferView,
  product: Product,
  mode: 'new' | 'renewal',
  checked: boolean,
  choose: (choice: Choice) => void,
): HTMLElement {
  const input = element('input', { type: 'radio', name: 'product', value: `${caId} ${product.code}`, checked });
  input.addEventListener('change', () => choose({ caId, product: product.code }));
  const price = mode === 'renewal' ? product.renewalPriceFen : product.priceFen;
  return element(
    'label',
    { class: 'choice', 'data-test': 'product', 'data-code': product.code },
    input,
    element(
      'span',
      { class: 'body' },
      element(
        'span',
        { class: 'line' },
        element('strong', {}, product.title),
        element(
          'span',
          { class: 'price' },
          element('span', { class: 'small' }, mode === 'renewal' ? `${say.renewalPrice} ` : `${say.price} `),
          money(price, language),
        ),
      ),
      element(
        'span',
        { class: 'line small' },
        element('span', {}, kindOf(product, say)),
        element('span', {}, `${say.valid} ${validity(product.validDays, say)}`),
        element('span', {}, `${say.promise} ${span(product.expectedMinutes, say)}`),
      ),
    ),
  );
}

export function oldCertificatesView(
  { say, language }: Saying,
  identities: readonly Identity[],
  chosen: string | null,
  choose: (identity: Identity) => void,
): HTMLElement {
  return element(
    'section',
    {},
    heading(say.chooseOld),
    identities.length === 0 ? element('p', { class: 'notice' }, say.noOld) : null,
    element(
      'div',
      { role: 'radiogroup', 'aria-label': say.chooseOld, class: 'list' },
      ...identities.map((identity) => {
        const { signing, subjectIdentity, deviceLabel, validity: state } = identity;
        const usable = state === 'valid';
        const input = element('input', {
          ...{ type: 'radio', name: 'old', value: identity.key, checked: identity.key === chosen, disabled: !usable },
        });
        input.addEventListener('change', () => choose(identity));
        const holder = subjectIdentity?.organization ?? signing?.subjectCommonName ?? identity.label;
        return element(
          'label',
          { class: usable ? 'choice' : 'choice unusable', 'data-test': 'old', 'data-company': holder },
          input,
          element(
            'span',
            { class: 'body' },
            element(
              'span',
              { class: 'line' },
              element('strong', {}, holder),
              usable ? null : element('span', { class: 'badge' }, say.expired),
            ),
            signing === null
              ? null
              : element(
                  'span',
                  { class: 'line small' },
                  element('span', {}, `${say.issuer} ${signing.issuerCommonName ?? say.none}`),
                  element('span', {}, `${say.until} ${dateIn(language, signing.notAfter)}`),
                  element('span', {}, `${say.device} ${deviceLabel}`),
                ),
          ),
        );
      }),
    ),
  );
}

export function mediaView(
  { say }: Saying,
  media: readonly Medium[],
  chosen: string | null,
  choose: (device: string) => void,
): HTMLElement {
  return element(
    'div',
    { role: 'radiogroup', 'aria-label': say.medium, class: 'list' },
    media.length === 0 ? element('p', { class: 'notice' }, say.noMedium) : null,
    ...media.map(({ device, label, vendor, model }) => {
      const input = element('input', { type: 'radio', name: 'device', value: device, checked: device === chosen });
      input.addEventListener('change', () => choose(device));
      return element(
        'label',
        { class: 'choice', 'data-test': 'device', 'data-label': label },
        input,
        element(
          'span',
          { class: 'body' },
          element('strong', {}, label),
          element('span', { class: 'small' }, [vendor, model].filter((text) => text !== '').join(' · ')),
        ),
      );
    }),
  );
}

export function summaryView({ say, language }: Saying, view: ApplicationDetail, ca: string | undefined): HTMLElement {
  const { product, subject, kind } = view;
  const rows: readonly (readonly [string, string])[] = [
    [say.companyName, subject.companyName],
    [say.creditCode, subject.creditCode],
    ...(ca === undefined ? [] : [['CA', ca] as const]),
    [product.title, `${kindOf(product, say)} · ${validity(product.validDays, say)}`],
    kind === 'renewal'
      ? [say.renewalPrice, money(product.renewalPriceFen, language)]
      : [say.price, money(product.priceFen, language)],
  ];
  return facts(rows);
}

export function facts(rows: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

/** Every step an application took; the last is where it stands. */
export function stepsView(
  { say, language }: Saying,
  view: ApplicationDetail,
  sentence: (step: ApplicationDetail['steps'][number]) => string,
): HTMLElement {
  return element(
    'ol',
    { class: 'timeline' },
    ...view.steps
      .filter(({ state }, index) => state !== 'draft' || view.steps.length === 1 || index > 0)
      .map((step) =>
        element(
          'li',
          { class: step.state, 'data-state': step.state },
          element('strong', {}, say.states[step.state]),
          element('time', { class: 'small', datetime: step.at }, momentIn(language, step.at)),
          step.reason === null ? null : element('p', { class: 'small' }, sentence(step)),
        ),
      ),
  );
}

/** What a renewal must not cut off. */
export function openingsView({ say, language }: Saying, view: ApplicationDetail, text: string): HTMLElement {
  return element(
    'div',
    { class: 'notice warn', 'data-test': 'openings' },
    element('strong', {}, say.keepOld),
    element('p', {}, text),
    view.bidOpenings.length === 0
      ? null
      : element(
          'ul',
          {},
          ...view.bidOpenings.map(({ startsAt, platform }) =>
            element('li', {}, `${momentIn(language, startsAt)} · ${platform}`),
          ),
        ),
  );
}

export function issuedView({ say, language }: Saying, view: ApplicationDetail): HTMLElement {
  const one = (title: string, certificate: ApplicationDetail['signing']): HTMLElement | null =>
    certificate &&
    element(
      'div',
      { class: 'issued' },
      element('h3', {}, title),
      facts([
        [say.issuer, shortName(certificate.issuer)],
        [say.serial, certificate.serialNumber],
        [say.until, dateIn(language, certificate.notAfter)],
      ]),
    );
  return element(
    'div',
    { class: 'columns' },
    one(say.signingCertificate, view.signing),
    one(say.encryptionCertificate, view.encryption),
  );
}
