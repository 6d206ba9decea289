/** A person as they are typed. */
export interface TypedPerson {
  name: string;
  identifier: string;
  phone: string;
}

export const noPerson: Readonly<TypedPerson> = { name: '', identifier: '', phone: '' };

/** As the service takes them; null for nobody. */
export function personBody({ name, identifier, phone }: TypedPerson): object | null {
  if (name.trim() === '') return null;
  return {
    name: name.trim(),
    ...(identifier.trim() !== '' && { identifier: identifier.trim() }),
    ...(phone.trim() !== '' && { phone: phone.trim() }),
  };
}
