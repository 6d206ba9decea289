export const searchKinds = [
  ...(['company', 'certificate', 'ca', 'platform', 'seal', 'change-set', 'watch-entry', 'login', 'alert'] as const),
] as const;
export type SearchKind = (typeof searchKinds)[number];

/** Of what is looked for, the forms that it may be meant in. Absent: not of that form. */
export interface SearchQuestion {
  readonly id: string | undefined;
  /** As it was typed: in names. */
  readonly text: string;
  /** Capital letters and digits: the beginning of a credit code. */
  readonly code: string | undefined;
  /** Lower case: the beginning of a serial number. */
  readonly hex: string | undefined;
  /** 64 hex digits. */
  readonly digest: string | undefined;
  /** Keyed digests by which the watch-list would know it. */
  readonly watchDigests: readonly string[];
  /** Certificates that were used with a device of this serial number. */
  readonly certificateDigests: readonly string[];
  /** Of each kind. */
  readonly limit: number;
}

export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly state: string;
  /** By what it was found. */
  readonly by: 'id' | 'name' | 'former-name' | 'credit-code' | 'serial-number' | 'digest' | 'device' | 'code' | 'value';
}

export interface SearchReadings {
  find(question: SearchQuestion): Promise<readonly SearchHit[]>;
}
