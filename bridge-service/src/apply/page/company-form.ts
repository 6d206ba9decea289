import { element } from '../../oidc/page/element.ts';
import { checkSignFits, tidyCode } from './credit-code.ts';
import { button, heading, type Saying } from './views.ts';

export interface CompanyForm {
  name: string;
  creditCode: string;
  province: string;
  locality: string;
  person: string;
  phone: string;
}

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
  const field = (
    name: keyof CompanyForm,
    label: string,
    more: { hint?: string; complete?: string; type?: string; fixed?: boolean; most?: number } = {},
  ): HTMLElement => {
    const { hint, complete = 'off', type = 'text', fixed = false, most = 64 } = more;
    const error = errors[name];
    const described = [hint === undefined ? null : `${name}-hint`, error === undefined ? null : `${name}-error`];
    const input = element('input', {
      ...{ id: name, name, type, value: form[name], autocomplete: complete, maxlength: String(most), readonly: fixed },
      ...(described.some((id) => id !== null) && {
        'aria-describedby': described.filter((id) => id !== null).join(' '),
      }),
      ...(error !== undefined && { 'aria-invalid': 'true' }),
      ...(['name', 'creditCode', 'person'].includes(name) && { required: true }),
    });
    input.addEventListener('input', () => {
      form[name] = input.value;
    });
    return element(
      'div',
      { class: 'field' },
      element('label', { for: name }, label),
      input,
      hint === undefined ? null : element('span', { class: 'small', id: `${name}-hint` }, hint),
      error === undefined ? null : element('span', { class: 'wrong', id: `${name}-error` }, error),
    );
  };
  const made = element(
    'form',
    { novalidate: true },
    heading(say.company),
    field('name', say.companyName, { hint: say.companyNameHint, complete: 'organization', fixed: renewal }),
    field('creditCode', say.creditCode, { hint: say.creditCodeHint, fixed: renewal, most: 24 }),
    element(
      'div',
      { class: 'pair' },
      field('province', say.province, { complete: 'address-level1' }),
      field('locality', say.locality, { complete: 'address-level2' }),
    ),
    element('h3', {}, say.person),
    element(
      'div',
      { class: 'pair' },
      field('person', say.personName, { complete: 'name' }),
      field('phone', say.phone, { hint: say.phoneHint, complete: 'tel', type: 'tel', most: 24 }),
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
