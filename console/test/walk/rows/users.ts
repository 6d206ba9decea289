import { pem } from '../../../../bridge-service/test/support/pki.ts';
import { runCli } from '../../../../bridge-service/test/support/process.ts';
import type { WalkRow } from '../rows.ts';

export const usersRows: readonly WalkRow[] = [
  {
    area: 'users',
    title: 'a user is made, bound to a second certificate, given another role, unbound and ended, each with a reason',
    async run(walk) {
      const name = walk.say('李监管', 'Lee Watcher');
      await walk.go('/users');
      await walk.choose('role-filter', 'administrator');
      await walk.settled();
      await walk.look('administrators, and one-time codes');
      await walk.dialog('create', 'new user');
      await walk.fill('name', name);
      await walk.choose('role', 'operator');
      await walk.paste('certificate-text', pem(walk.say('sm2/leaf', 'rsa/leaf')));
      await walk.submit();
      await walk.page.locator('h1', { hasText: name }).waitFor();
      walk.did('makes a user');
      await walk.look('user');
      await walk.dialog('bind', 'bind a certificate');
      await walk.paste('certificate-text', pem(walk.say('sm2/person', 'sm2/intermediate')));
      await walk.submit();
      walk.did('binds a second certificate');
      await walk.dialog('role-change', 'another role');
      await walk.choose('role', 'supervisor');
      await walk.fill('change-reason', walk.say('调任', 'moved to supervision'));
      await walk.submit();
      await walk.expectText(walk.say('监管：', 'Supervisor:'));
      walk.did('changes the role');
      await walk.dialog(walk.page.locator('main td button.danger').first(), 'unbind a certificate');
      await walk.fill('why', walk.say('证书遗失', 'lost'));
      await walk.submit();
      walk.did('unbinds a certificate');
      await walk.dialog('end', 'end the user');
      await walk.fill('change-reason', walk.say('离职', 'has left'));
      await walk.submit();
      await walk.expectText(walk.say('已停用', 'Ended'));
      walk.did('ends the user');
      const { items } = await walk.service.get<{ items: readonly { action: string; details: { why?: string } }[] }>(
        '/v1/audit?action=console-user.set-role&order=newest-first&limit=1',
      );
      if (items[0]?.details.why !== walk.say('调任', 'moved to supervision'))
        throw new Error('the log does not say why');
      walk.did('the audit log says why');
    },
  },
  {
    area: 'users',
    title: 'sessions: one’s own are told from others’, and another’s is ended with a reason',
    async run(walk) {
      await walk.become('second');
      await walk.go('/sessions');
      await walk.become('first');
      await walk.go('/sessions');
      await walk.look('sessions');
      const other = walk.page
        .locator('[data-test=session]', { hasText: 'Second Walker' })
        .locator('[data-test=end-session]');
      await walk.dialog(other, 'end a session');
      await walk.page.keyboard.press('Escape');
      walk.did('sees who is logged in');

      // Somebody else comes in from another browser.
      const third = walk.say('Third Walker', 'Fourth Walker');
      walk.know(third);
      const { stdout } = runCli(['break-glass', '--json'], walk.folder);
      const entered = await fetch(`${walk.url}/v1/console/sessions/by-code`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-onelock-console': '1', origin: walk.url },
        body: JSON.stringify({ code: (JSON.parse(stdout) as { readonly code: string }).code, name: third }),
      });
      const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      await walk.go('/sessions');
      await walk.enter(walk.page.locator('[data-test=session]', { hasText: third }).locator('[data-test=end-session]'));
      await walk.page.locator('dialog[open]').waitFor();
      await walk.fill('why', walk.say('人已离岗', 'has left the desk'));
      await walk.submit();
      await walk.page.locator('[data-test=session]', { hasText: third }).waitFor({ state: 'detached' });
      const asked = await fetch(`${walk.url}/v1/console/session`, { headers: { cookie, 'x-onelock-console': '1' } });
      if (asked.status !== 401) throw new Error(`the session answers ${asked.status}`);
      walk.did('ends another’s session, which is over at once');
    },
  },
];
