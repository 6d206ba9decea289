import { toBase64 } from '@onelock/core/bytes';
import { makeRequest } from '../../../../bridge-service/test/support/applicant.ts';
import { companies } from '../../../../demo/src/province/companies.ts';
import type { ServiceClient } from '../../../../demo/src/service-client.ts';
import type { WalkRow } from '../rows.ts';
import { prepareProvince } from '../seed.ts';
import type { Walk } from '../walk.ts';

/** Somebody applies, at the public offer of the walked CA. */
async function apply(walk: Walk, service: ServiceClient): Promise<string> {
  walk.know(companies.builder.name, companies.builder.code, '赵六');
  const { offers } = await service.get<{
    offers: readonly { caId: string; name: string; products: readonly { code: string }[] }[];
  }>('/v1/enrolment-offers');
  const offer = offers.find(({ name }) => name === '闽信国密 CA');
  const { id } = await service.post<{ id: string }>('/v1/applications', {
    ...{ kind: 'new', caId: offer?.caId, product: offer?.products[0]?.code },
    company: { name: companies.builder.name, creditCode: companies.builder.code },
    applicant: { name: '赵六', phone: '13700137000' },
  });
  await service.post(`/v1/applications/${id}/submission`, { request: toBase64(makeRequest().der) });
  return id;
}

export const applicationsRows: readonly WalkRow[] = [
  {
    area: 'applications',
    title: 'a CA’s door for applications is set and tried; an application is held, tried again, refused',
    async run(walk) {
      const { platform } = await prepareProvince(walk);
      await walk.go('/enrolments');
      await walk.look('enrolment of each CA');
      const row = walk.page.locator('tr[data-ca="闽信国密 CA"]');
      await walk.dialog(row.locator('[data-test=edit]'), 'settings');
      await walk.fill('url', 'https://127.0.0.1:9/.well-known/est');
      await walk.tick('open');
      await walk.fill('secret', 'no-such-file');
      if ((await walk.page.locator('fieldset.product').count()) === 0) {
        await walk.enter('add-product');
        await walk.fill(
          walk.page.locator('fieldset.product input').first(),
          walk.say('企业证书两年', 'Company, two years'),
        );
        await walk.look('settings with a product');
      }
      await walk.submit();
      walk.did('sets how a CA takes applications');
      await walk.enter(row.locator('[data-test=trial]'));
      await walk.page.locator('[data-test=tried], main [data-test=failure]').first().waitFor();
      await walk.look('trial of its door');
      await walk.page.keyboard.press('Escape');
      walk.did('tries the door of a CA');

      const id = await apply(walk, platform);
      await walk.page.waitForFunction(
        async (one) => {
          const answer = await fetch(`/v1/applications/${one}`, { headers: { 'x-onelock-console': '1' } });
          return ((await answer.json()) as { state: string }).state === 'held';
        },
        id,
        { polling: 500 },
      );
      await walk.go('/applications');
      await walk.look('list');
      await walk.go(`/applications/${id}`);
      await walk.look('an application that is held');
      await walk.enter('reveal');
      await walk.expectText('13700137000');
      walk.did('opens the applicant’s data');
      await walk.enter('retry');
      await walk.settled();
      walk.did('has it tried again');
      await walk.dialog('refuse', 'refuse');
      await walk.fill('note', walk.say('材料不全', 'papers missing'));
      await walk.submit();
      await walk.look('an application that was refused');
      walk.did('refuses it');
    },
  },
];
