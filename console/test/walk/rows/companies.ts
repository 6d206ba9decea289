import { pem } from '../../../../bridge-service/test/support/pki.ts';
import type { WalkRow } from '../rows.ts';
import type { Walk } from '../walk.ts';

const codes = {
  walked: { 'zh-CN': '91350200MA0000001W', en: '91350300MA00000025' },
  prepared: { 'zh-CN': '91350400MA0000003D', en: '91350500MA0000004M' },
} as const;

/** A company of this language, by the API; its id. */
async function prepareCompany(walk: Walk, name: string): Promise<string> {
  walk.know(name);
  const creditCode = codes.prepared[walk.language];
  const { items } = await walk.service.get<{ items: readonly { id: string }[] }>(
    `/v1/companies?creditCode=${creditCode}`,
  );
  return items[0]?.id ?? (await walk.service.post<{ id: string }>('/v1/companies', { creditCode, name })).id;
}

/** A certificate of the company whose code it carries, which is taken in with it; the company's id. */
async function prepareHolder(walk: Walk): Promise<string> {
  const certificate = pem(walk.language === 'en' ? 'rsa/leaf' : 'sm2/leaf');
  return (await walk.service.post<{ companyId: string }>('/v1/certificates', { certificate })).companyId;
}

async function prepareSeal(walk: Walk, companyId: string): Promise<string> {
  const code = walk.language === 'en' ? '3501000000009' : '3501000000008';
  const name = walk.say('投标专用章', 'Bidding seal');
  walk.know(name);
  return (await walk.service.post<{ id: string }>('/v1/seals', { companyId, code, name, kind: 'bidding' })).id;
}

export const companiesRows: readonly WalkRow[] = [
  {
    area: 'companies',
    title: 'a company is taken in, found again, changed, renamed, closed, opened again, its people erased',
    async run(walk) {
      await walk.go('/companies');
      await walk.look('list');
      await walk.dialog('register', 'register');
      const code = codes.walked[walk.language];
      await walk.fill('credit-code', `${code.slice(0, 17)}${code.endsWith('W') ? 'X' : 'W'}`);
      await walk.expectText(walk.say('校验码不符', 'The check digit does not fit'));
      await walk.fill('credit-code', code);
      await walk.expectText(walk.say('校验码正确', 'The check digit fits'));
      const name = walk.say('闽江建设有限公司', 'River Builders Ltd');
      await walk.fill('name', name);
      await walk.fill('person-name', walk.say('林某', 'Lin'));
      await walk.fill('person-identifier', '350102199003070118');
      await walk.submit();
      await walk.page.locator('h1', { hasText: name }).waitFor();
      walk.know('3501**********0118', '35**************18');
      walk.did('register, the code judged while it is typed');
      await walk.look('detail, new');

      await walk.dialog('edit', 'edit');
      const renamed = walk.say('闽江建设集团有限公司', 'River Builders Group Ltd');
      await walk.fill('name', renamed);
      await walk.tick('edit-people');
      await walk.enter('add-agent');
      await walk.fill(walk.page.locator('[data-test=person-name]').nth(1), walk.say('吴某', 'Wu'));
      await walk.look('edit, with people');
      await walk.fill('why', walk.say('营业执照变更', 'new licence'));
      await walk.submit();
      await walk.page.locator('h1', { hasText: renamed }).waitFor();
      await walk.expectText(walk.say('营业执照变更', 'new licence'));
      walk.did('rename, with agents; both names and the reason stay');

      await walk.dialog('close-company', 'close');
      await walk.fill('why', walk.say('已注销登记', 'struck off'));
      await walk.submit();
      await walk.page.locator('[data-test=reopen]').waitFor();
      walk.did('close');
      await walk.dialog('reopen', 'reopen');
      await walk.fill('why', walk.say('登记有误', 'by mistake'));
      await walk.submit();
      await walk.page.locator('[data-test=close-company]').waitFor();
      walk.did('reopen');
      await walk.dialog('erase', 'erase personal data');
      await walk.fill('reason', walk.say('当事人申请', 'asked for'));
      await walk.submit();
      walk.did('erase personal data');
      await walk.look('detail, with its history');

      await walk.go('/companies');
      await walk.fill('filter-code', code);
      await walk.press('Enter');
      await walk.expectText(renamed);
      walk.did('find by code');
    },
  },
  {
    area: 'certificates',
    title: 'certificates are registered, found, given to a company, suspended with a reason, resumed, retired',
    async run(walk) {
      const company = walk.say('海峡工程公司', 'Strait Works');
      await prepareCompany(walk, company);
      await walk.go('/certificates');
      await walk.look('list');
      await walk.dialog('register', 'register');
      await walk.paste('certificate-text', pem(walk.language === 'en' ? 'rsa/driver-signer' : 'sm2/person'));
      await walk.fill('medium', 'UKey');
      await walk.submit();
      await walk.page.locator('[data-test=suspend]').waitFor();
      walk.did('register');
      await walk.look('detail');
      await walk.dialog('edit', 'edit');
      await walk.fill('company-code', codes.prepared[walk.language]);
      await walk.fill('medium', walk.say('手机盾', 'phone'));
      await walk.submit();
      await walk.expectText(company);
      walk.did('give it to a company, on another medium');
      await walk.dialog('suspend', 'suspend');
      await walk.fill('why', walk.say('介质遗失', 'lost'));
      await walk.submit();
      await walk.expectText(walk.say('介质遗失', 'lost'));
      await walk.page.locator('[data-test=resume]').waitFor();
      walk.did('suspend, with a reason that its history shows');
      await walk.dialog('resume', 'resume');
      await walk.submit();
      await walk.page.locator('[data-test=retire]').waitFor();
      await walk.dialog('retire', 'retire');
      await walk.fill('why', walk.say('已换发', 'replaced'));
      await walk.submit();
      await walk.page.locator('[data-test=resume]').waitFor();
      walk.did('resume and retire');
      await walk.go('/certificates?days=90');
      await walk.fill('filter-serial', '01');
      await walk.press('Enter');
      await walk.settled();
      await walk.look('list, filtered to nothing');
    },
  },
  {
    area: 'seals',
    title: 'seals are registered, edited, bound to certificates, suspended, resumed, destroyed',
    async run(walk) {
      await prepareCompany(walk, walk.say('海峡工程公司', 'Strait Works'));
      await walk.go('/seals');
      await walk.look('list');
      await walk.dialog('register', 'register');
      await walk.fill('company', codes.prepared[walk.language]);
      await walk.fill('seal-code', walk.language === 'en' ? '3501000000007' : '3501000000006');
      await walk.fill('name', walk.say('单位公章', 'Company seal'));
      await walk.choose('seal-kind', 'company');
      await walk.fillDate('valid-from', '2026-01-01');
      await walk.fillDate('valid-until', '2031-01-01');
      await walk.upload('seal-file', 'seal.esl', new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x01]));
      await walk.submit();
      await walk.page.locator('[data-test=suspend]').waitFor();
      walk.did('register, with its data from a file');
      await walk.look('detail');
      const holder = await prepareHolder(walk);
      const seal = await prepareSeal(walk, holder);
      await walk.go(`/seals/${seal}`);
      await walk.dialog('edit', 'edit');
      await walk.tick('may-use');
      await walk.fillDate('until', '2032-12-31');
      await walk.submit();
      await walk.expectText('2032-12-31');
      walk.did('set its end and the certificates that may use it');
      await walk.dialog('suspend', 'suspend');
      await walk.fill('why', walk.say('外借', 'lent'));
      await walk.submit();
      await walk.page.locator('[data-test=resume]').waitFor();
      await walk.dialog('resume', 'resume');
      await walk.submit();
      await walk.page.locator('[data-test=suspend]').waitFor();
      walk.did('suspend and resume');
      await walk.dialog('destroy', 'destroy');
      await walk.fill('why', walk.say('作废', 'void'));
      await walk.submit();
      await walk.page.locator('[data-test=destroy]').waitFor({ state: 'detached' });
      walk.did('destroy');
      await walk.look('detail, destroyed');
      await walk.go(`/companies/${holder}`);
      await walk.look('a company with certificates and seals');
      await walk.dialog('add-certificate', 'register a certificate of a company');
      await walk.press('Escape');
      await walk.dialog('add-seal', 'register a seal of a company');
    },
  },
];
