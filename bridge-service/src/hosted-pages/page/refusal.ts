export interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

/** What the service refused with; `coded` is null when it could not be reached. */
export class Refusal extends Error {
  readonly coded: Coded | null;
  readonly requestId: string;

  constructor(coded: Coded | null, requestId: string) {
    super(coded?.code ?? 'unreachable');
    this.coded = coded;
    this.requestId = requestId;
  }
}
