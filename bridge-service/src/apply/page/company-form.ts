import { button, type FieldOptions, field, heading } from '../../hosted-pages/page/controls.ts';
import { checkSignFits, tidyCode } from '../../hosted-pages/page/credit-code.ts';
import { element } from '../../hosted-pages/page/element.ts';
import type { Saying } from './views.ts';

export type CompanyForm = {
  name: string;
  creditCode: string;
  province: string;
  locality: string;
  person: string;
  phone: string;
};

export const emptyForm = (): CompanyForm => ({
  name: '',
  creditCode: '',
  province: '',
  locality: '',
  person: '',
  phone: '',
});

export type FieldErrors = Partial<Record<keyof CompanyForm, string>>;

/** What is wrong before the service is asked, by field. */
export function checkForm(form: CompanyForm, { say }: Saying): FieldErrors {
  const errors: FieldErrors = {};
  for (const field of ['name', 'creditCode', 'person'] as const)
    if (form[field].trim() === '') errors[field] = say.required;
  const code = tidyCode(form.creditCode);
  if (errors.creditCode === undefined)
    if (!/^[0-9A-Z]{18}$/.test(code)) errors.creditCode = say.badCode;
    else if (!checkSignFits(code)) errors.creditCode = say.badCheck;
  if (form.phone.trim() !== '' && !/^[0-9+ -]{5,24}$/.test(form.phone.trim())) errors.phone = say.badPhone;
  return errors;
}

/** The company and who applies; of a renewal the company is the certificate's. */
export function companyView(
  saying: Saying,
  form: CompanyForm,
  errors: FieldErrors,
  renewal: boolean,
  acts: { back(): void; next(): void },
): HTMLElement {
  const { say } = saying;
  const given = (name: keyof CompanyForm, label: string, options: FieldOptions = {}): HTMLElement =>
    field(form, name, label, {
      ...options,
      error: errors[name],
      required: name === 'name' || name === 'creditCode' || name === 'person',
    });
  const made = element(
    'form',
    { novalidate: true },
    heading(say.company),
    given('name', say.companyName, { hint: say.companyNameHint, complete: 'organization', fixed: renewal }),
    given('creditCode', say.creditCode, { hint: say.creditCodeHint, fixed: renewal, most: 24 }),
    element(
      'div',
      { class: 'pair' },
      given('province', say.province, { complete: 'address-level1' }),
      given('locality', say.locality, { complete: 'address-level2' }),
    ),
    element('h3', {}, say.person),
    element(
      'div',
      { class: 'pair' },
      given('person', say.personName, { complete: 'name' }),
      given('phone', say.phone, { hint: say.phoneHint, complete: 'tel', kind: 'tel', most: 24 }),
    ),
    element(
      'div',
      { class: 'acts' },
      element('button', { type: 'submit', class: 'primary', 'data-test': 'next' }, say.next),
      button(say.back, acts.back, 'back'),
    ),
  );
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    acts.next();
  });
  return made;
}
