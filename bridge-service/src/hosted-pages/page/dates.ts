type Language = 'zh-CN' | 'en';

/** What a certificate, a CA and a bid opening mean by a day, wherever the browser is. */
const zone = { timeZone: 'Asia/Shanghai' } as const;

export const dateIn = (language: Language, instant: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', ...zone }).format(new Date(instant));

/** With its zone, for whoever is elsewhere. */
export function momentIn(language: Language, instant: string): string {
  const text = new Intl.DateTimeFormat(language, {
    ...{ year: 'numeric', month: language === 'en' ? 'short' : 'long', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...zone },
  }).format(new Date(instant));
  return language === 'en' ? `${text} CST` : `${text}（北京时间）`;
}
