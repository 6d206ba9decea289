import type { negotiateLocale } from '../plugins/locale.ts';

export type Locale = ReturnType<typeof negotiateLocale>;

/** Of one hosted page, in one language. */
export interface HostedDocument {
  readonly locale: Locale;
  readonly title: string;
  /** Which of OneLock's services this is. */
  readonly service: string;
  /** Where its files are: `/oidc/page/login` for `login.css` and `login.js`. */
  readonly files: string;
  /** HTML under the heading: what is not of this program comes through {@link escapeHtml}. */
  readonly content: string;
  /** Said where scripts are off; without it the page has no script. */
  readonly script?: string;
  /** More lines of HTML in the head. */
  readonly head?: readonly string[];
}

const emblem =
  '<svg class="mark" aria-hidden="true" viewBox="0 0 32 32"><rect width="32" height="32" rx="7"/><path d="M10 14v-3a6 6 0 0 1 12 0v3"/><rect class="lock" x="7" y="14" width="18" height="12" rx="2.5"/><path class="key" d="M16 18v4"/></svg>';

export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The place that a page's script fills; what it has to know is in its attributes. */
export function deskElement(locale: Locale, data: Readonly<Record<string, string>> = {}): string {
  const attributes = Object.entries({ ...data, locale }).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`);
  return `<div id="desk"${attributes.join('')}></div>`;
}

/** A hosted page: one head, one bar with the emblem and the service's name, one card with a heading. */
export function hostedDocument({ locale, title, service, files, content, script, head = [] }: HostedDocument): string {
  const lines = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title} · ${service}</title>`,
    ...(head.some((line) => line.startsWith('<link rel="icon"')) ? [] : ['<link rel="icon" href="data:,">']),
    ...head,
    `<link rel="stylesheet" href="${files}.css">`,
    ...(script === undefined ? [] : [`<script type="module" src="${files}.js"></script>`]),
  ];
  return `<!doctype html>
<html lang="${locale}">
<head>
${lines.join('\n')}
</head>
<body>
<header>${emblem}<span id="service">${service}</span></header>
<main>
<h1>${title}</h1>
${content}
${script === undefined ? '' : `<noscript><p class="notice fail" role="alert">${script}</p></noscript>\n`}</main>
</body>
</html>
`;
}
