export interface Contact {
  readonly name: string;
  readonly duty: string;
  readonly phone?: string;
  readonly email?: string;
}

/** Contacts as lines that people type: name, duty, telephone, e-mail. */
export const contactLines = (contacts: readonly Contact[]): string =>
  contacts
    .map(({ name, duty, phone = '', email = '' }) => [name, duty, phone, email].join(', ').replace(/[, ]+$/, ''))
    .join('\n');

/** And back; the number of the first line without name or duty instead, when there is one. */
export function readContacts(text: string): readonly Contact[] | number {
  const contacts: Contact[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [name = '', duty = '', phone = '', email = ''] = line.split(/[,，]/).map((part) => part.trim());
    if (name === '' || duty === '') return index + 1;
    contacts.push({ name, duty, ...(phone !== '' && { phone }), ...(email !== '' && { email }) });
  }
  return contacts;
}
