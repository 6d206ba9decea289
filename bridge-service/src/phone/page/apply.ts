import { toBase64 } from '@onelock/core/bytes';
import { button, type FieldOptions, field, heading } from '../../hosted-pages/page/controls.ts';
import { checkSignFits, tidyCode } from '../../hosted-pages/page/credit-code.ts';
import { element } from '../../hosted-pages/page/element.ts';
import { Refusal } from '../../hosted-pages/page/refusal.ts';
import type { Desk, MakeView } from './desk.ts';
import { goHome } from './home.ts';
import { pinFault, stretchPin, wrapKey } from './pin.ts';
import { progressView } from './progress.ts';
import { type Offer, server } from './server.ts';
import { makeKey, makeRequest } from './sm2-key.ts';
import { type Kept, keep } from './vault.ts';

export interface ApplyForm {
  offers: readonly Offer[] | null;
  /** `CA PRODUCT`. */
  product: string;
  name: string;
  creditCode: string;
  locality: string;
  person: string;
  pin: string;
  again: string;
  errors: Partial<Record<Field, string>>;
  busy: boolean;
}

type Typed = 'name' | 'creditCode' | 'locality' | 'person' | 'pin' | 'again';
type Field = 'product' | Typed;

export const emptyForm = (): ApplyForm => ({
  ...{ offers: null, product: '', name: '', creditCode: '', locality: '', person: '', pin: '', again: '' },
  ...{ errors: {}, busy: false },
});

/** One page: which CA, for which company, and the PIN that will protect the key. */
export function applyView(form: ApplyForm): MakeView {
  return (desk) => {
    const { say } = desk;
    if (form.offers === null) void loadOffers(desk, form);
    const back = button(say.back, () => void goHome(desk), 'back');
    if (form.offers?.length === 0)
      return {
        element: element(
          'section',
          {},
          heading(say.apply),
          element('p', {}, say.noOffers),
          element('div', { class: 'acts' }, back),
        ),
      };
    const given = (name: Typed, label: string, options: FieldOptions): HTMLElement =>
      field<Typed>(form, name, label, { required: true, ...options, error: form.errors[name] });
    const made = element(
      'form',
      { novalidate: true },
      heading(say.apply),
      products(desk, form),
      element('h3', {}, say.company),
      given('name', say.companyName, { hint: say.companyNameHint, complete: 'organization' }),
      given('creditCode', say.creditCode, { most: 24 }),
      given('locality', say.locality, { complete: 'address-level2', required: false }),
      given('person', say.person, { complete: 'name' }),
      element('h3', {}, say.pin),
      given('pin', say.enterPin, { hint: say.pinHint, kind: 'pin' }),
      given('again', say.pinAgain, { kind: 'pin' }),
      element(
        'div',
        { class: 'acts' },
        element('button', { type: 'submit', class: 'primary', disabled: form.busy, 'data-test': 'submit' }, say.submit),
        back,
      ),
    );
    made.addEventListener('submit', (event) => {
      event.preventDefault();
      void submit(desk, form);
    });
    return { element: made };
  };
}

async function loadOffers(desk: Desk, form: ApplyForm): Promise<void> {
  try {
    form.offers = await server.offers();
    const all = form.offers.flatMap(({ caId, products: sold }) => sold.map(({ code }) => `${caId} ${code}`));
    if (all.length === 1) form.product = all[0] ?? '';
    desk.show(true);
  } catch (error) {
    desk.tell(error);
  }
}

function products(desk: Desk, form: ApplyForm): HTMLElement {
  const { say } = desk;
  const choices = (form.offers ?? []).flatMap(({ caId, name, products: sold }) =>
    sold.map(({ code, title, priceFen, validDays, expectedMinutes }) => {
      const value = `${caId} ${code}`;
      const radio = element('input', { type: 'radio', name: 'product', value, checked: form.product === value });
      radio.addEventListener('change', () => {
        form.product = value;
      });
      const valid = validDays % 365 === 0 ? `${validDays / 365} ${say.years}` : `${validDays} ${say.days}`;
      const price = priceFen === 0 ? say.free : `¥${(priceFen / 100).toFixed(2)}`;
      return element(
        'label',
        { class: 'choice', 'data-test': 'product' },
        radio,
        element(
          'span',
          { class: 'body' },
          element('strong', {}, title),
          element('span', { class: 'small' }, name),
          element('span', { class: 'small' }, `${price} · ${valid} · ${expectedMinutes} ${say.minutes}`),
        ),
      );
    }),
  );
  const wrong = form.errors.product;
  return element(
    'fieldset',
    {},
    element('legend', {}, say.product),
    ...choices,
    wrong === undefined ? null : element('span', { class: 'wrong' }, wrong),
  );
}

function check({ say }: Desk, form: ApplyForm): ApplyForm['errors'] {
  const errors: ApplyForm['errors'] = {};
  if (form.product === '') errors.product = say.choose;
  for (const name of ['name', 'creditCode', 'person'] as const)
    if (form[name].trim() === '') errors[name] = say.required;
  const code = tidyCode(form.creditCode);
  if (errors.creditCode === undefined)
    if (!/^[0-9A-Z]{18}$/.test(code)) errors.creditCode = say.badCode;
    else if (!checkSignFits(code)) errors.creditCode = say.badCheck;
  const fault = pinFault(form.pin);
  if (fault !== null) errors.pin = fault === 'short' ? say.pinShort : say.pinWeak;
  else if (form.again !== form.pin) errors.again = say.pinDiffers;
  return errors;
}

/** Key, wrapping, registration, application and request, in this order: a key is kept before anything is asked of a CA for it. */
async function submit(desk: Desk, form: ApplyForm): Promise<void> {
  if (form.busy) return;
  desk.tell(null);
  form.errors = check(desk, form);
  if (Object.keys(form.errors).length > 0) {
    desk.show(false);
    document.querySelector<HTMLElement>('[aria-invalid=true], input[name=product]')?.focus();
    return;
  }
  form.busy = true;
  desk.show(false);
  try {
    const kept = await makeAndApply(desk, form);
    desk.go(progressView(kept));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    form.busy = false;
    desk.show(false);
    desk.tell(error);
  }
}

async function makeAndApply(desk: Desk, form: ApplyForm): Promise<Kept> {
  const [caId = '', product = ''] = form.product.split(' ');
  const name = form.name.trim();
  const creditCode = tidyCode(form.creditCode);
  const locality = form.locality.trim();
  desk.work(desk.say.making);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const stretched = await stretchPin(form.pin, salt);
  const made = await makeKey();
  try {
    const { id, key: secret, share } = await server.register(toBase64(made.publicKey), stretched.proof);
    let kept: Kept = {
      ...{ id, secret, company: name, creditCode, salt, publicKey: made.publicKey },
      authority: form.offers?.find((offer) => offer.caId === caId)?.name ?? '',
      wrapped: await wrapKey(made.pkcs8, stretched, share, id),
      ...{ application: null, certificate: null, notAfter: null, createdAt: new Date().toISOString() },
    };
    desk.work(desk.say.applying);
    const applied = await server.apply(kept, {
      ...{ caId, product, applicant: { name: form.person.trim() } },
      company: { name, creditCode, ...(locality !== '' && { locality }) },
    });
    kept = { ...kept, application: { id: applied.id, key: applied.applicationKey } };
    await keep(kept);
    const request = await makeRequest(made, applied.subject);
    await server.submit(kept, { id: applied.id, key: applied.applicationKey }, request);
    form.pin = '';
    form.again = '';
    return kept;
  } finally {
    made.pkcs8.fill(0);
  }
}
