import { element } from './element.ts';

export function button(label: string, act: () => void, name: string, primary = false): HTMLButtonElement {
  const made = element('button', { type: 'button', 'data-test': name, ...(primary && { class: 'primary' }) }, label);
  made.addEventListener('click', act);
  return made;
}

/** A stage's heading takes the focus, so that keyboards and screen readers begin there. */
export const heading = (text: string): HTMLHeadingElement => element('h2', { tabindex: '-1' }, text);

export interface FieldOptions {
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** What a browser may fill in (`autocomplete`). */
  readonly complete?: string;
  readonly most?: number;
  readonly required?: boolean;
  /** Shown, and not to be changed. */
  readonly fixed?: boolean;
  readonly kind?: 'text' | 'tel' | 'pin';
}

/** A labelled control with its hint and its error, tied together for screen readers; what is typed goes into the form. */
export function field<Name extends string>(
  form: Record<Name, string>,
  name: Name,
  label: string,
  { hint, error, complete = 'off', most = 64, required = false, fixed = false, kind = 'text' }: FieldOptions = {},
): HTMLElement {
  const described = [hint === undefined ? '' : `${name}-hint`, error === undefined ? '' : `${name}-error`]
    .filter((id) => id !== '')
    .join(' ');
  const input = element('input', {
    ...{ id: name, name, value: form[name], autocomplete: kind === 'pin' ? 'new-password' : complete },
    ...(kind === 'pin'
      ? { type: 'password', inputmode: 'numeric', maxlength: '16' }
      : { type: kind, maxlength: String(most) }),
    ...{ readonly: fixed, required },
    ...(described !== '' && { 'aria-describedby': described }),
    ...(error !== undefined && { 'aria-invalid': 'true' }),
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
}
