import { say } from './words.ts';

const fields = ['name', 'state', 'creditCode', 'legalPerson', 'agents', 'names', 'identifier', 'phone'] as const;
const actions = ['company.register', 'company.update', 'company.erase-people'] as const;

export function fieldName(field: string): string {
  const known = fields.find((one) => one === field);
  return known === undefined ? field : say(`field.${known}`);
}

export function actionName(action: string): string {
  const known = actions.find((one) => one === action);
  return known === undefined ? say('action.other', { action }) : say(`action.${known}`);
}

const values = ['active', 'closed'] as const;

export function valueName(value: string): string | undefined {
  const known = values.find((one) => one === value);
  return known === undefined ? undefined : say(known);
}
