/** One configuration key. The documentation and `--help` are written from these rows. */
export interface ConfigKey<T> {
  /** Environment variable; it wins over the file. */
  readonly variable: `ONELOCK_SERVICE_${string}` | 'ONELOCK_MACHINE_OUTPUT';
  readonly fallback: T;
  readonly zh: string;
  readonly en: string;
  /** Reads the text of the variable, or of the file's value, into its type; throws a sentence naming the rule. */
  readonly read: (text: string) => T;
}

export const key = <T>(row: ConfigKey<T>): ConfigKey<T> => row;
