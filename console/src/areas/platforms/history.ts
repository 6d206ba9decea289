import { say } from './words.ts';

const fields = [
  ...(['name', 'origins', 'revokedAt', 'permissions', 'profile', 'contacts', 'keys', 'webhooks'] as const),
  ...(['requestTickets', 'requestsPerMinute', 'authentication', 'clientCertificates'] as const),
] as const;
const actions = [
  ...(['caller.create', 'caller.update', 'caller.revoke', 'caller.issue-token', 'caller.restore'] as const),
  ...(['platform.register', 'platform.update', 'platform.revoke', 'platform.set-profile'] as const),
] as const;

export function fieldName(field: string): string {
  const known = fields.find((one) => one === field);
  return known === undefined ? field : say(`field.${known}`);
}

export function actionName(action: string): string {
  const known = actions.find((one) => one === action);
  return known === undefined ? say('action.other', { action }) : say(`action.${known}`);
}
