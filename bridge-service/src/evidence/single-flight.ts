/** Who asks for the same thing while it is being had waits for it instead of asking again. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flights.get(key);
    if (flying !== undefined) return flying;
    const flight = work().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  /** All that is in the air, landed or failed. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()]);
  }
}
