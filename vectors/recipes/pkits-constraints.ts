import type { Section } from './pkits-basic.ts';
import { anchorName } from './pkits-workshop.ts';

const organization = '/C=CN/O=OneLock Test Certificates';

/** Lines of a nameConstraints extension and the sections it refers to. */
function constraints(...subtrees: readonly string[]): readonly string[] {
  return [`nameConstraints = critical, ${subtrees.join(', ')}`];
}

const directory = (section: string, ...lines: readonly string[]): readonly string[] => [`[${section}]`, ...lines];
const below = (unit: string): readonly string[] =>
  directory('base', 'C=CN', 'O=OneLock Test Certificates', `OU=${unit}`);

/** 4.13 */
export const nameConstraints: Section = (shop) => {
  shop.section('4.13 Name Constraints');
  const ca = (name: string, lines: readonly string[], subject?: string): string =>
    shop.ca(name, anchorName, { extensions: lines, ...(subject === undefined ? {} : { subject }) });
  const leaf = (id: string, issuer: string, name: string, valid: boolean, subject: string, san?: string): void => {
    const extensions = san === undefined ? [] : [`subjectAltName = ${san}`];
    shop.ee(name, issuer, { subject, extensions });
    shop.test(id, name, [issuer, name], valid ? 'VALID' : 'INVALID');
  };
  const unit = (...units: readonly string[]): string =>
    `${organization}${units.map((each) => `/OU=${each}`).join('')}/CN=Holder`;

  const permitted = ca('dn-permitted', [...constraints('permitted;dirName:base'), ...below('allowed')]);
  leaf('4.13.1', permitted, 'dn-inside', true, unit('allowed'));
  leaf('4.13.2', permitted, 'dn-outside', false, unit('other'));
  leaf(
    '4.13.3',
    permitted,
    'dn-alternative-outside',
    false,
    unit('allowed'),
    'dirName:other\n[other]\nC=CN\nCN=Elsewhere',
  );
  leaf('4.13.4', permitted, 'dn-deeper', true, unit('allowed', 'deeper'));
  const excluded = ca('dn-excluded', [...constraints('excluded;dirName:base'), ...below('forbidden')]);
  leaf('4.13.7', excluded, 'dn-not-excluded', true, unit('allowed'));
  leaf('4.13.8', excluded, 'dn-excluded-ee', false, unit('forbidden'));
  shop.ca('dn-permitted-sub', permitted, { subject: `${organization}/OU=allowed/CN=Sub CA` });
  shop.ee('dn-sub-ee', 'dn-permitted-sub', { subject: unit('other') });
  shop.test('4.13.13', 'Invalid DN two below', [permitted, 'dn-permitted-sub', 'dn-sub-ee'], 'INVALID');
  shop.ca('dn-self', permitted, { subject: `${organization}/CN=dn-permitted` });
  shop.ee('dn-self-ee', 'dn-self', { subject: unit('allowed') });
  shop.test('4.13.19', 'Valid Self-Issued DN', [permitted, 'dn-self', 'dn-self-ee'], 'VALID', {
    crls: [anchorName, permitted, 'dn-self'],
  });

  const mail = ca('mail-permitted', constraints('permitted;email:.example.test'));
  leaf('4.13.21', mail, 'mail-inside', true, unit('mail'), 'email:a@mail.example.test');
  leaf('4.13.22', mail, 'mail-outside', false, unit('mail'), 'email:a@example.test');
  const mailHost = ca('mail-host', constraints('permitted;email:example.test'));
  leaf('4.13.23', mailHost, 'mail-at-host', true, unit('mail'), 'email:a@example.test');
  leaf('4.13.24', mailHost, 'mail-below-host', false, unit('mail'), 'email:a@mail.example.test');
  const mailExcluded = ca('mail-excluded', constraints('excluded;email:example.test'));
  leaf('4.13.25', mailExcluded, 'mail-not-excluded', true, unit('mail'), 'email:a@other.test');
  leaf('4.13.26', mailExcluded, 'mail-is-excluded', false, unit('mail'), 'email:a@example.test');
  leaf('4.13.28', mailHost, 'mail-in-subject-outside', false, `${unit('mail')}/emailAddress=a@other.test`);

  const dns = ca('dns-permitted', constraints('permitted;DNS:example.test'));
  leaf('4.13.30', dns, 'dns-inside', true, unit('dns'), 'DNS:www.example.test');
  leaf('4.13.31', dns, 'dns-outside', false, unit('dns'), 'DNS:www.other.test');
  leaf('4.13.38', dns, 'dns-longer-label', false, unit('dns'), 'DNS:myexample.test');
  const dnsExcluded = ca('dns-excluded', constraints('excluded;DNS:example.test'));
  leaf('4.13.32', dnsExcluded, 'dns-not-excluded', true, unit('dns'), 'DNS:www.other.test');
  leaf('4.13.33', dnsExcluded, 'dns-is-excluded', false, unit('dns'), 'DNS:www.example.test');

  const uri = ca('uri-permitted', constraints('permitted;URI:.example.test'));
  leaf('4.13.34', uri, 'uri-inside', true, unit('uri'), 'URI:http://www.example.test/a');
  leaf('4.13.35', uri, 'uri-outside', false, unit('uri'), 'URI:http://example.test/a');
  const uriExcluded = ca('uri-excluded', constraints('excluded;URI:bad.test'));
  leaf('4.13.36', uriExcluded, 'uri-not-excluded', true, unit('uri'), 'URI:ftp://good.test/a');
  leaf('4.13.37', uriExcluded, 'uri-is-excluded', false, unit('uri'), 'URI:ftp://bad.test/a');
};
