import { language } from './language.ts';

const zone = 'Asia/Shanghai';

/** Formats are dear to make and there are few. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${language.value}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(language.value === 'en' ? 'en-GB' : 'zh-CN', { timeZone: zone, ...options });
  made.set(key, format);
  return format;
}

const digits: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  hourCycle: 'h23',
};

function partsOf(instant: string): Readonly<Record<string, string>> {
  const format = formatOf('digits', digits);
  return Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
}

/** `2026-11-22 18:03:27` in Beijing time: sortable, and of one width in a table. */
export function momentText(instant: string): string {
  const { year, month, day, hour, minute, second } = partsOf(instant);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** `2026-11-22` in Beijing time. */
export function dateText(instant: string): string {
  const { year, month, day } = partsOf(instant);
  return `${year}-${month}-${day}`;
}

export function numberText(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

/** The value of `<input type="datetime-local">`, meant in Beijing time, as an instant; null when empty. */
export function instantOf(local: string): string | null {
  if (local === '') return null;
  const instant = new Date(`${local.length === 16 ? `${local}:00` : local}+08:00`);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}

/** And back. */
export function localOf(instant: string): string {
  return momentText(instant).slice(0, 16).replace(' ', 'T');
}
