import type { SubjectIdentity } from '@onelock/core/identity';
import { maskDocumentNumber } from '../mask-personal-numbers.ts';
import type { Ports } from '../ports/ports.ts';

/** Who a certificate names, as a console key: found by keyed digest, shown masked. null without a document's number. */
export function personValue(
  { personal }: Pick<Ports, 'personal'>,
  { person }: SubjectIdentity,
): { readonly value: string; readonly shown: string } | null {
  if (person.identifier === null) return null;
  const { kind, value } = person.identifier;
  return {
    value: personal.digest(`${kind} ${value}`, 'console-person'),
    shown: [person.name, maskDocumentNumber(value)].filter((part) => part !== null).join(' '),
  };
}
