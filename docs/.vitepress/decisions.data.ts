import { createContentLoader } from 'vitepress';

interface Decision {
  readonly url: string;
  readonly number: string;
  readonly title: string;
  readonly status: string;
}

declare const data: readonly Decision[];

export { data };

/** The decisions as their files say, in the order of their numbers. */
export default createContentLoader('adr/0*.md', {
  includeSrc: true,
  transform: (pages): readonly Decision[] =>
    pages
      .map(({ url, src = '' }) => ({
        url,
        number: /^# ADR (\d+)/.exec(src)?.[1] ?? '',
        title: (/^# ADR \d+: (.*)$/m.exec(src)?.[1] ?? url).replaceAll('`', ''),
        status: /^- Status: (.*)$/m.exec(src)?.[1] ?? '',
      }))
      .sort((a, b) => a.number.localeCompare(b.number)),
});
