import { type Locale, localeOf } from '@onelock/core/messages';

/**
 * The language of people's output: `--lang` when given, else the terminal's (LC_ALL, LC_MESSAGES, LANG in that order),
 * else Chinese.
 */
export function chooseLocale(wanted: string | undefined, environment: NodeJS.ProcessEnv): Locale {
  return localeOf(wanted ?? (environment.LC_ALL || environment.LC_MESSAGES || environment.LANG));
}
