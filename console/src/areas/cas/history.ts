import { say } from './words.ts';

const fields = ['name', 'state', 'anchors', 'intermediates', 'certificates', 'sources', 'profile'] as const;
const actions = ['ca.register', 'ca.update', 'ca.off-board', 'ca.sources', 'ca.profile'] as const;

export function fieldName(field: string): string {
  const known = fields.find((one) => one === field);
  return known === undefined ? field : say(`field.${known}`);
}

export function actionName(action: string): string {
  const known = actions.find((one) => one === action);
  return known === undefined ? say('action.other', { action }) : say(`action.${known}`);
}
