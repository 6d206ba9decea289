import { type DescribedError, describe } from '@onelock/sdk/messages';

/** One thing that was tried, and whether it went as it must. */
export interface Step {
  readonly id: string;
  readonly outcome: 'as-expected' | 'different';
  readonly expected: string;
  readonly got: string;
}

/** Tells the walk in two languages and keeps count. */
export interface Story {
  chapter(zh: string, en: string): void;
  tell(zh: string, en: string): void;
  /** A reason in both languages, with its code. */
  reason(coded: DescribedError): void;
  /** Compares; says which. Nothing is thrown, so that the walk goes on and tells everything. */
  check(id: string, expected: string, got: string): void;
  readonly steps: readonly Step[];
}

export function createStory(write: (text: string) => void): Story {
  const steps: Step[] = [];
  const line = (text: string): void => write(`${text}\n`);
  return {
    steps,
    chapter: (zh, en) => line(`\n━━ ${zh} ━ ${en}`),
    tell: (zh, en) => line(`   ${zh}\n   ${en}`),
    reason(coded) {
      line(`   ↳ ${describe(coded, 'zh-CN')}\n   ↳ ${describe(coded, 'en')}  [${coded.code}]`);
    },
    check(id, expected, got) {
      const outcome = expected === got ? 'as-expected' : 'different';
      steps.push({ id, outcome, expected, got });
      if (outcome === 'as-expected') line(`   ✓ ${id}: ${got}`);
      else line(`   ✗ ${id}: 应为 / expected ${expected}，实为 / got ${got}`);
    },
  };
}

/** The code that an act is refused with, or `nothing` when it was not refused; other accidents are let go. */
export async function refusalOf(act: Promise<unknown>): Promise<DescribedError> {
  try {
    await act;
    return { code: 'nothing was refused' };
  } catch (error) {
    if (isCoded(error)) return { code: error.code, params: error.params };
    throw error;
  }
}

function isCoded(
  error: unknown,
): error is Error & { readonly code: string; readonly params: DescribedError['params'] } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'params' in error;
}
