import type { Locale } from '@onelock/core/messages';
import type { PublicSource, PublicStatus } from '../services/public-status.ts';

const words = {
  'zh-CN': {
    title: '服务状态',
    service: '一锁通 · 数字证书互认',
    good: '服务正常',
    limited: '部分受限',
    clock: '服务器时钟可疑，内置时间戳已停发；证书与签名照常判定。',
    authorities: '各 CA 的证据源',
    none: '没有登记证据源，按证书所载地址取',
    empty: '尚未登记 CA。',
    kind: { crl: '吊销列表', ocsp: '在线状态（OCSP）', 'ca-issuers': '颁发者证书', tsa: '时间戳' },
    state: { fresh: '正常', late: '暂时取不到，现有的仍有效', stale: '已过期，无法核实', never: '尚未取过' },
    last: '最近取到',
    until: '有效至',
    at: '更新于',
    why: '证据源过期时，该 CA 的证书无法判定，登录不会放行；恢复后自动正常。这里没有个人信息，也没有用量。',
  },
  en: {
    title: 'Status',
    service: 'OneLock · certificate recognition',
    good: 'The service is well',
    limited: 'Partly limited',
    clock:
      "The server's clock is in doubt and built-in time-stamps have stopped; certificates and signatures are judged as ever.",
    authorities: 'Sources of evidence, CA by CA',
    none: 'none registered; asked where the certificates say',
    empty: 'No CA is registered yet.',
    kind: {
      crl: 'Revocation list',
      ocsp: 'Online status (OCSP)',
      'ca-issuers': 'Issuer certificates',
      tsa: 'Time-stamps',
    },
    state: {
      fresh: 'fresh',
      late: 'cannot be had now, what is at hand holds',
      stale: 'out of date',
      never: 'not asked yet',
    },
    last: 'last had',
    until: 'holds until',
    at: 'As of',
    why: 'While the sources of a CA are out of date, its certificates are indeterminate and let nobody in; it recovers by itself. There is no personal data here, and no number of uses.',
  },
} as const;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The public page. No script: it is made anew with each visit. */
export function statusPage({ at, state, clock, authorities }: PublicStatus, locale: Locale): string {
  const say = words[locale];
  const time = (instant: string): string =>
    `<time datetime="${instant}">${new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Shanghai' }).format(new Date(instant))}</time>`;
  const row = ({ kind, state: how, lastSuccessAt, validUntil }: PublicSource): string => {
    const facts = [
      ...(lastSuccessAt === null ? [] : [`${say.last} ${time(lastSuccessAt)}`]),
      ...(validUntil === null ? [] : [`${say.until} ${time(validUntil)}`]),
    ];
    return `<li class="${how}"><strong>${say.kind[kind]}</strong> <span class="state">${say.state[how]}</span><small>${facts.join(' · ')}</small></li>`;
  };
  const cards = authorities.map(
    ({ name, sources }) =>
      `<section><h3>${escaped(name)}</h3>${sources.length === 0 ? `<p class="muted">${say.none}</p>` : `<ul>${sources.map(row).join('')}</ul>`}</section>`,
  );
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say.title} · ${say.service}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/status/page.css">
</head>
<body>
<header><span class="mark" aria-hidden="true"></span>${say.service}</header>
<main>
<h1>${say.title}</h1>
<p class="whole ${state}" role="status">${state === 'good' ? say.good : say.limited}</p>
${clock === 'good' ? '' : `<p>${say.clock}</p>`}
<h2>${say.authorities}</h2>
${cards.length === 0 ? `<p class="muted">${say.empty}</p>` : cards.join('\n')}
<p class="muted">${say.why}</p>
<p class="muted">${say.at} ${time(at)}</p>
</main>
</body>
</html>
`;
}

export const statusStyle = `:root { --ink: #15233a; --muted: #55637a; --line: #d5dde8; --good: #0d6b4f; --care: #8a5300; --bad: #b3261e;
  font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; color: var(--ink); background: #f3f6fa; }
:root:lang(en) { font-family: system-ui, "Segoe UI", "Noto Sans", sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; }
header, main { width: min(760px, 100% - 32px); margin-inline: auto; }
header { display: flex; gap: 10px; align-items: center; padding: 22px 0 14px; font-weight: 600; }
.mark { width: 26px; height: 26px; border-radius: 7px; background: linear-gradient(135deg, #0b4a94, #2f7bd6); }
main { background: #fff; border-radius: 14px; padding: 28px; margin-bottom: 40px; box-shadow: 0 1px 3px #15233a1f; }
h1 { margin: 0 0 12px; font-size: 1.6rem; }
h2 { margin: 28px 0 8px; font-size: 1.15rem; }
h3 { margin: 0 0 6px; font-size: 1rem; }
section { border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; margin: 10px 0; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 4px 0 4px 14px; border-left: 4px solid var(--good); margin: 4px 0; }
li small { flex-basis: 100%; color: var(--muted); }
li .state { color: var(--good); }
li.late { border-color: var(--care); } li.late .state { color: var(--care); }
li.stale { border-color: var(--bad); } li.stale .state { color: var(--bad); }
li.never { border-color: var(--muted); } li.never .state { color: var(--muted); }
.whole { font-size: 1.15rem; font-weight: 600; padding: 12px 16px; border-radius: 10px; margin: 0; }
.whole.good { background: #e8f5ef; color: var(--good); } .whole.limited { background: #fdf3e3; color: var(--care); }
.muted { color: var(--muted); }
`;
