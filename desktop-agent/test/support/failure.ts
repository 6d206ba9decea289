/** What a promise rejects with; undefined when it does not. Attached at once, so that no rejection goes unheard. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
