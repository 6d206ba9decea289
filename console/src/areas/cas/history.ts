import { deviations, deviationText } from './deviation-words.ts';
import { identityReadings, identitySources, identityText } from './identity-words.ts';
import { say } from './words.ts';

const fields = [
  ...(['name', 'state', 'anchors', 'intermediates', 'certificates', 'sources', 'profile', 'enrolment'] as const),
  ...([
    'contacts',
    'serviceLevel',
    'identityPlaces',
    'deviations',
    'deviationRule',
    'ocsp',
    'crl',
    'deltaCrl',
    'caIssuers',
    'tsa',
    'duty',
    'phone',
    'email',
    'availabilityPercent',
    'responseMinutes',
    'hours',
    'source',
    'in',
    'oids',
    'reading',
    'symptom',
    'since',
    'until',
    'url',
    'issuer',
  ] as const),
] as const;
const actions = [
  ...(['ca.register', 'ca.update', 'ca.off-board', 'ca.on-board', 'ca.restore'] as const),
  ...(['ca.set-sources', 'ca.set-profile', 'ca.set-enrolment'] as const),
] as const;

const settings = {
  prefer: 'prefer',
  ocspNonce: 'nonce',
  ocspDigest: 'ocspDigest',
  ocspMethod: 'method',
  certificateUrls: 'certificateUrls',
  revocation: 'revocation',
} as const;
const isSetting = (field: string): field is keyof typeof settings => Object.hasOwn(settings, field);

export function fieldName(field: string): string {
  if (isSetting(field)) return say(settings[field]);
  const known = fields.find((one) => one === field);
  return known === undefined ? field : say(`field.${known}`);
}

export function actionName(action: string): string {
  const known = actions.find((one) => one === action);
  return known === undefined ? say('action.other', { action }) : say(`action.${known}`);
}

const values = ['active', 'off-boarded', 'extension', 'subject'] as const;
const settingsOf = {
  none: 'nonce.none',
  send: 'nonce.send',
  require: 'nonce.require',
  post: 'method.post',
  get: 'method.get',
  used: 'certificateUrls.used',
  ignored: 'certificateUrls.ignored',
  'if-available': 'revocation.if-available',
  crl: 'prefer.crl',
  ocsp: 'prefer.ocsp',
  usual: 'deviationRule.usual',
  'declared-only': 'deviationRule.declared-only',
} as const;
const isSettingValue = (value: string): value is keyof typeof settingsOf => Object.hasOwn(settingsOf, value);

export function valueName(value: string): string | undefined {
  if (deviations.some((one) => one === value)) return deviationText(value);
  if ([...identitySources, ...identityReadings].some((one) => one === value)) return identityText(value);
  if (isSettingValue(value)) return say(settingsOf[value]);
  const known = values.find((one) => one === value);
  return known === undefined ? undefined : say(known);
}
