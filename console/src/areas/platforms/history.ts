import { eventText } from './api.ts';
import { say } from './words.ts';

const fields = [
  ...(['name', 'origins', 'revokedAt', 'permissions', 'profile', 'contacts', 'keys', 'webhooks'] as const),
  ...(['requestTickets', 'requestsPerMinute', 'authentication', 'clientCertificates'] as const),
  ...(['id', 'publicKey', 'certificate', 'url', 'events', 'duty', 'phone', 'email'] as const),
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

const values = {
  required: 'requestTickets.required',
  optional: 'requestTickets.optional',
  token: 'authentication.token',
  signature: 'authentication.signature',
  mtls: 'authentication.mtls',
} as const;
const isValue = (value: string): value is keyof typeof values => Object.hasOwn(values, value);

export function valueName(value: string): string | undefined {
  if (isValue(value)) return say(values[value]);
  const event = eventText(value);
  if (event !== value) return event;
  if (value.includes('-----BEGIN')) return say('value.certificate');
  return value.length > 60 && /^[A-Za-z0-9+/=]+$/.test(value) ? `${value.slice(0, 8)}…${value.slice(-6)}` : undefined;
}
