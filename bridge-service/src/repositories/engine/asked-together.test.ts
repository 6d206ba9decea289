import { expect, it } from 'vitest';
import { askedTogether } from './asked-together.ts';

/** Answers each question when it is told to. */
function slowly() {
  const questions: { readonly keys: readonly string[]; answer(): void; fail(): void }[] = [];
  const ask = askedTogether<string>(
    (keys) =>
      new Promise((resolve, reject) =>
        questions.push({
          keys,
          answer: () =>
            resolve(new Map(keys.filter((key) => key !== 'unknown').map((key) => [key, key.toUpperCase()]))),
          fail: () => reject(new Error('no answer')),
        }),
      ),
  );
  return { ask, questions };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('whoever asks while a question is on its way goes with the next, so that nobody is told what was read before they asked', async () => {
  const { ask, questions } = slowly();
  const first = ask('a');
  const later = [ask('a'), ask('b'), ask('b'), ask('unknown')];
  expect(questions.map(({ keys }) => keys)).toEqual([['a']]);
  questions[0]?.answer();
  expect(await first).toBe('A');
  await turn();
  expect(questions.map(({ keys }) => keys)).toEqual([['a'], ['a', 'b', 'unknown']]);
  questions[1]?.answer();
  expect(await Promise.all(later)).toEqual(['A', 'B', 'B', undefined]);
});

it('a question without an answer fails those who asked it and nobody after them', async () => {
  const { ask, questions } = slowly();
  const asked = Promise.allSettled([ask('a')]);
  questions[0]?.fail();
  expect((await asked).map(({ status }) => status)).toEqual(['rejected']);
  const again = ask('a');
  questions[1]?.answer();
  expect(await again).toBe('A');
});
