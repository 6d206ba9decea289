import { deskElement, escapeHtml, hostedDocument, type Locale } from '../hosted-pages/document.ts';
import { negotiateLocale } from '../plugins/locale.ts';

const words = {
  'zh-CN': {
    service: '一锁通 · 统一身份认证',
    login: '用数字证书登录',
    to: '登录到',
    script: '本页需要 JavaScript 才能与本机的一锁通助手通信。',
    failed: '无法继续登录',
    failedHint: '请回到交易平台重新开始。如仍出现，请把下面的内容告诉平台技术支持。',
    logout: '退出统一登录？',
    logoutHint: '退出后，本浏览器中由此登录的各平台会一并退出。',
    yes: '退出登录',
    no: '保持登录',
    ended: '已退出统一登录',
    endedHint: '可以关闭本页。离开电脑时请拔下证书介质。',
  },
  en: {
    service: 'OneLock · single sign-on',
    login: 'Sign in with your certificate',
    to: 'You are signing in to',
    script: 'This page needs JavaScript to speak with the OneLock agent on this computer.',
    failed: 'The sign-in cannot go on',
    failedHint:
      'Go back to the trading platform and start again. If it happens again, tell its support what stands below.',
    logout: 'Sign out everywhere?',
    logoutHint: 'Every platform that this browser was signed in to from here will be signed out too.',
    yes: 'Sign out',
    no: 'Stay signed in',
    ended: 'You are signed out',
    endedHint: 'You can close this page. Take your key with you when you leave the computer.',
  },
} as const;

export interface LoginPage {
  readonly locale: Locale;
  /** Name of the client as administrators registered it. */
  readonly client: string;
  /** Origin that the browser goes back to. */
  readonly site: string;
  readonly uid: string;
  readonly agentPorts: readonly number[];
  /** Whether there are phones to log in with. */
  readonly byPhone: boolean;
}

/** The hosted login page; its script fills `#desk`. */
export function loginPage({ locale, client, site, uid, agentPorts, byPhone }: LoginPage): string {
  const say = words[locale];
  return page(
    locale,
    say.login,
    `<p class="to">${say.to} <strong>${escapeHtml(client)}</strong> <span class="site">${escapeHtml(site)}</span></p>
${deskElement(locale, { uid, ports: agentPorts.join(','), phone: byPhone ? '1' : '0' })}`,
    say.script,
  );
}

/** `form` is the provider's own, with its token against forgery. */
export function logoutPage(acceptLanguage: string, form: string): string {
  const locale = negotiateLocale(acceptLanguage || undefined);
  const say = words[locale];
  return page(
    locale,
    say.logout,
    `<p>${say.logoutHint}</p>${form}
<div class="acts"><button class="primary" autofocus type="submit" form="op.logoutForm" value="yes" name="logout">${say.yes}</button>
<button type="submit" form="op.logoutForm">${say.no}</button></div>`,
  );
}

export function endedPage(acceptLanguage: string): string {
  const locale = negotiateLocale(acceptLanguage || undefined);
  return page(locale, words[locale].ended, `<p>${words[locale].endedHint}</p>`);
}

export function errorPage(
  acceptLanguage: string,
  {
    error,
    error_description: description,
  }: { readonly error: string; readonly error_description?: string | undefined },
): string {
  const locale = negotiateLocale(acceptLanguage || undefined);
  const say = words[locale];
  const detail = description === undefined ? error : `${error}: ${description}`;
  return page(
    locale,
    say.failed,
    `<p>${say.failedHint}</p><p class="notice fail" role="alert" lang="en">${escapeHtml(detail)}</p>`,
  );
}

function page(locale: Locale, title: string, content: string, script?: string): string {
  const { service } = words[locale];
  return hostedDocument({
    ...{ locale, title, service, content, files: '/oidc/page/login' },
    ...(script !== undefined && { script }),
  });
}
