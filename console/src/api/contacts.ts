export interface Contact {
  readonly name: string;
  readonly duty: string;
  readonly phone?: string;
  readonly email?: string;
}

/** As it is typed. */
export interface TypedContact {
  name: string;
  duty: string;
  phone: string;
  email: string;
}

export const noContact = (): TypedContact => ({ name: '', duty: '', phone: '', email: '' });

export const typedContacts = (contacts: readonly Contact[]): TypedContact[] =>
  contacts.map((contact) => ({ ...noContact(), ...contact }));

/** As the service takes them; rows that nothing was typed into are left out. */
export function contactsOf(typed: readonly TypedContact[]): readonly Contact[] {
  return typed
    .map(trimmed)
    .flatMap(({ name, duty, phone, email }) =>
      name + duty + phone + email === ''
        ? []
        : [{ name, duty, ...(phone !== '' && { phone }), ...(email !== '' && { email }) }],
    );
}

/** Whether each has a name and a duty. */
export const areWhole = (typed: readonly TypedContact[]): boolean =>
  contactsOf(typed).every(({ name, duty }) => name !== '' && duty !== '');

const trimmed = ({ name, duty, phone, email }: TypedContact): TypedContact => ({
  ...{ name: name.trim(), duty: duty.trim(), phone: phone.trim(), email: email.trim() },
});
