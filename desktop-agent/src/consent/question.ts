import type { ErrorCode, ErrorParams } from '@onelock/core/errors';

/** What a window asks the person. Plain data: the words are chosen in the window, in its language. */
export type Question = SiteQuestion | PickQuestion | ActQuestion;

/** May this site use the keys of this computer at all? */
export interface SiteQuestion {
  readonly kind: 'site';
  readonly origin: string;
}

/** Which key? The answer is a position in `keys`. */
export interface PickQuestion {
  readonly kind: 'pick';
  readonly origin: string;
  readonly purpose: 'authenticate' | 'sign' | 'seal' | 'encrypt' | 'decrypt';
  readonly keys: readonly KeyCard[];
}

/** May this site do this act with this key? */
export interface ActQuestion {
  readonly kind: 'act';
  readonly act: Act;
  readonly origin: string;
  readonly key: KeyCard;
  /** What the site says this is about: its claim, shown as such. */
  readonly stated: Stated | null;
  /** What will be signed, as found here; null for acts without content. */
  readonly content: Content | null;
  /** For a key session: what for and how long. */
  readonly session: { readonly purposes: readonly string[]; readonly minutes: number } | null;
  /** `pin` asks for the PIN; `click` only for a yes, inside an open key session. */
  readonly unlock: 'pin' | 'click';
  readonly pin: PinView | null;
}

export type Act = 'authenticate' | 'signData' | 'signMessage' | 'openKeySession';

/** A key as a person knows it. */
export interface KeyCard {
  readonly organization: string | null;
  readonly commonName: string | null;
  /** 统一社会信用代码, where the certificate has one. */
  readonly creditCode: string | null;
  /** The CA's name, from the certificate's issuer. */
  readonly issuer: string;
  readonly serialNumber: string;
  /** RFC 3339, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly validity: 'valid' | 'expiring' | 'expired' | 'not-yet-valid';
  readonly algorithm: string;
  readonly device: string;
}

export interface Stated {
  readonly title: string;
  readonly summary: string | null;
}

export interface Content {
  readonly bytes: number;
  readonly digest: { readonly algorithm: string; readonly hex: string };
}

export interface PinView {
  readonly retriesLeft: number | null;
  readonly low: boolean;
  readonly locked: boolean;
  /** One wrong PIN from now locks the key: the person must say that they know. */
  readonly lastTry: boolean;
  readonly isDefault: boolean | null;
  readonly minLength: number;
  readonly maxLength: number;
}

/** Why the last try did not do, shown above the field. */
export interface Problem {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

export type Answer =
  | { readonly kind: 'allow' }
  /** A clear no to a site, remembered for a while; closing the window is only not now. */
  | { readonly kind: 'deny' }
  | { readonly kind: 'pick'; readonly index: number }
  | { readonly kind: 'pin'; readonly pin: string; readonly lastTryAccepted: boolean };
