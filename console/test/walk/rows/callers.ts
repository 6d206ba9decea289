import type { WalkRow } from '../rows.ts';

export const callersRows: readonly WalkRow[] = [
  {
    area: 'callers',
    title: 'callers of the interface: made, edited, given a new credential, revoked',
    async run(walk) {
      await walk.go('/callers');
      await walk.look('list');
      await walk.choose('role-filter', 'vendor');
      await walk.settled();
      await walk.dialog('create', 'new caller');
      const name = walk.say('某厂商', 'Some Vendor');
      await walk.fill('name', name);
      await walk.choose('role', 'vendor');
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.enter('submit');
      await walk.expectText(name);
      walk.did('make one; its credential is shown once');
      await walk.look('list, of a role');
      await walk.dialog('edit', 'edit a caller');
      await walk.fill('name', walk.say('某厂商改名', 'Some Vendor Ltd'));
      await walk.tick('evidence');
      await walk.submit();
      await walk.expectText(walk.say('某厂商改名', 'Some Vendor Ltd'));
      walk.did('edit name and permissions');
      await walk.dialog('issue-token', 'replace a credential');
      await walk.fill('why', walk.say('例行更换', 'routine'));
      await walk.submit();
      await walk.page.locator('[data-test=secret]').waitFor();
      walk.know((await walk.page.locator('[data-test=secret] code').textContent()) ?? '');
      await walk.enter('submit');
      walk.did('replace a credential');
      await walk.dialog('revoke', 'revoke a caller');
      await walk.fill('why', walk.say('合作终止', 'it has ended'));
      await walk.submit();
      await walk.expectText(walk.say('已吊销', 'Revoked'));
      walk.did('revoke');
    },
  },
];
