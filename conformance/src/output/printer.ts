import { isErrorCode } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import type { Need, Reason, VerdictSubject } from '@onelock/core/verdict';
import { type CliWords, cliWords } from './words.ts';

/** Lines for people, gathered and written at once. */
export class Printer {
  readonly words: CliWords;
  readonly #locale: Locale;
  readonly #lines: string[] = [];

  constructor(locale: Locale) {
    this.#locale = locale;
    this.words = cliWords[locale];
  }

  line(text = ''): void {
    this.#lines.push(text);
  }

  field(label: string, value: string, indent = ''): void {
    this.#lines.push(this.#locale === 'zh-CN' ? `${indent}${label}：${value}` : `${indent}${label}: ${value}`);
  }

  /** A line that names what the lines below it are. */
  heading(label: string, indent = ''): void {
    this.#lines.push(this.#locale === 'zh-CN' ? `${indent}${label}：` : `${indent}${label}:`);
  }

  /** The sentence of a reason, and its code for whoever searches for it; behind it what caused that, where it says. */
  reason(reason: Reason): string {
    const { code, params } = reason;
    const said = `${describeError(code, params, this.#locale)} [${code}]`;
    const { cause } = params;
    return isErrorCode(cause) ? `${said} ← ${describeError(cause, params, this.#locale)} [${cause}]` : said;
  }

  need(need: Need): string {
    const what = this.words.needWords[need.kind];
    return need.of === '' ? what : `${what} (${need.of})`;
  }

  subject(subject: VerdictSubject, indent: string): void {
    this.field(this.words.subject, subject.subject, indent);
    this.field(this.words.issuer, subject.issuer, indent);
    this.field(this.words.serialNumber, subject.serialNumber, indent);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
