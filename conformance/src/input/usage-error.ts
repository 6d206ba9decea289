import { CodedError } from '@onelock/core/errors';
import type { Locale } from '@onelock/core/messages';
import { type UsageDetail, usageDetail } from '../output/words.ts';

/** ERR_CLI_USAGE with a sentence in the reader's language. */
export function usageError(
  locale: Locale,
  detail: UsageDetail,
  values: Readonly<Record<string, string>> = {},
): CodedError {
  return new CodedError('ERR_CLI_USAGE', { detail: usageDetail(locale, detail, values) });
}
