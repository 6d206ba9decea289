import { CodedError } from '@onelock/core/errors';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';

/** Fields that name things: many people read them, in lists, in the audit log, on pages of others. Numbers of people have fields of their own. */
const namesOfThings = new Set(['name', 'title', 'medium', 'duty', 'hours']);

/** Region, a day since 2016, order: so projects are numbered, and children, of whom nobody is named here. */
const numberOfProject = /(?<!\d)[1-9]\d{5}20(?:1[6-9]|[2-9]\d)\d{7}[\dXx](?!\d)/g;

function namesPerson(text: string): boolean {
  const rest = text.replaceAll(numberOfProject, '');
  return maskPersonalNumbers(rest) !== rest;
}

/**
 * Refuses what would stand in clear for ever: a number of a person in the name of a thing. It is not masked, since the person who typed it would find another
 * name than the one given; free words (reasons, notes) are masked where they are kept.
 *
 * @throws {CodedError} ERR_REQUEST_PERSONAL_NUMBER { field }, a JSON Pointer
 */
export function refusePersonalNumbers(body: unknown, field = ''): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    const place = `${field}/${name}`;
    // Agents are people, written down as they come in lists of companies: masked where they are kept.
    if (name === 'agents') continue;
    if (typeof value !== 'string') refusePersonalNumbers(value, place);
    else if (namesOfThings.has(name) && namesPerson(value))
      throw new CodedError('ERR_REQUEST_PERSONAL_NUMBER', { field: place });
  }
}
