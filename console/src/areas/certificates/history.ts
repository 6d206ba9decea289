import { say } from './words.ts';

const fields = ['state', 'companyId', 'medium', 'provenAt', 'proof'] as const;
const actions = ['certificate.register', 'certificate.update', 'certificate.prove', 'certificate.replace'] as const;

export function fieldName(field: string): string {
  const known = fields.find((one) => one === field);
  return known === undefined ? field : say(`field.${known}`);
}

export function actionName(action: string): string {
  const known = actions.find((one) => one === action);
  return known === undefined ? say('action.other', { action }) : say(`action.${known}`);
}

const values = ['active', 'suspended', 'retired'] as const;

export function valueName(value: string): string | undefined {
  const known = values.find((one) => one === value);
  return known === undefined ? undefined : say(known);
}
