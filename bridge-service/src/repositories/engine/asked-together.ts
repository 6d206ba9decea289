interface Waiting<Answer> {
  readonly key: string;
  resolve(answer: Answer | undefined): void;
  reject(error: unknown): void;
}

/**
 * One question for many who ask at once. While one is on its way, whoever comes waits and goes with the next: what anybody is told was read
 * after they asked, never before.
 *
 * @param ask  of many keys, each once; gives what was found
 */
export function askedTogether<Answer>(
  ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
): (key: string) => Promise<Answer | undefined> {
  let waiting: Waiting<Answer>[] = [];
  let asking = false;
  const askAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const those = waiting;
      waiting = [];
      try {
        const answers = await ask([...new Set(those.map(({ key }) => key))]);
        for (const { key, resolve } of those) resolve(answers.get(key));
      } catch (error) {
        for (const { reject } of those) reject(error);
      }
    }
    asking = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (asking) return;
      asking = true;
      void askAll();
    });
}
