import type { Result } from '@onelock/sdk';
import { dateIn } from '../../hosted-pages/page/dates.ts';
import { element } from '../../hosted-pages/page/element.ts';
import type { Language, Words } from './words.ts';

export type Identity = Result<'listCertificates'>['identities'][number];

/** One certificate as a radio button: company first, in words that people know. */
export function certificateChoice(identity: Identity, say: Words, language: Language, checked: boolean): HTMLElement {
  const { signing, subjectIdentity, validity } = identity;
  const usable = validity === 'valid';
  const code = subjectIdentity?.unifiedSocialCreditCode?.value;
  const holder = subjectIdentity?.organization ?? signing?.subjectCommonName ?? identity.label;
  const badge = validity === 'expired' ? say.expired : validity === 'not-yet-valid' ? say.notYet : null;
  return element(
    'label',
    { class: usable ? 'choice' : 'choice unusable', 'data-test': 'certificate', 'data-company': holder },
    element('input', { type: 'radio', name: 'key', value: identity.key, checked, disabled: !usable }),
    element(
      'span',
      { class: 'body' },
      element(
        'span',
        { class: 'line' },
        element('strong', {}, holder),
        badge === null ? null : element('span', { class: 'badge' }, badge),
      ),
      element('span', { class: 'line small' }, `${say.code} `, element('span', { class: 'mono' }, code ?? say.noCode)),
      signing === null
        ? null
        : element(
            'span',
            { class: 'line small' },
            element('span', {}, `${say.issuer} ${signing.issuerCommonName}`),
            element('span', {}, `${say.until} ${dateIn(language, signing.notAfter)}`),
            element('span', {}, `${say.device} ${identity.deviceLabel}`),
          ),
    ),
  );
}
