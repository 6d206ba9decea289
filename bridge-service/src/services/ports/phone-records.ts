import type { Reason } from '@onelock/core/verdict';

/** A key that somebody keeps in the browser of a phone, and what the service holds for it. */
export interface Phone {
  readonly id: string;
  /** SHA-256 of what the phone shows with each request, hex. */
  readonly secretDigest: string;
  /** SM3 of the public key's SPKI, hex: the certificate may follow, and be renewed. */
  readonly publicKeyDigest: string;
  /** Keyed digest of what the phone makes of the PIN, hex; of the PIN itself nothing is here. */
  readonly pinDigest: string;
  /** What the private key is wrapped under besides the PIN; sealed. Leaves for the right PIN alone. */
  readonly share: string;
  /** Wrong PINs in a row. */
  readonly failures: number;
  readonly lockedAt: string | null;
  readonly createdAt: string;
  readonly usedAt: string | null;
}

/** What a phone can be asked for. Signing, sealing and decrypting join here. */
export const phoneOrderKinds = ['login'] as const;
export type PhoneOrderKind = (typeof phoneOrderKinds)[number];

export const phoneOrderStates = ['shown', 'claimed', 'approved', 'refused', 'denied', 'cancelled', 'done'] as const;
/**
 * `shown`: on a screen, no phone has it. `claimed`: one phone has it. `approved`: signed and judged `passed`, waiting for the browser that began.
 * `refused`: signed and not passed. `denied`: by the person at the phone. `cancelled`: by the person at the screen. `done`: the browser has its
 * result. An order that is `shown`, `claimed` or `approved` past its time has expired.
 */
export type PhoneOrderState = (typeof phoneOrderStates)[number];

/** Whose screen it is, as far as whoever is asked on the phone can tell their own by it. */
export interface AskedFrom {
  /** Without its end. */
  readonly address: string;
  /** System and browser, as that says of itself. */
  readonly device: string;
}

/** Something that a page on one screen asks of whichever phone comes for it. */
export interface PhoneOrder {
  readonly id: string;
  readonly kind: PhoneOrderKind;
  readonly state: PhoneOrderState;
  /** SHA-256 of what only the browser that began it has, hex. */
  readonly ownerDigest: string;
  readonly platformId: string;
  /** Client of the platform. */
  readonly clientId: string;
  readonly clientName: string;
  /** Origin of the platform that the person goes back to. */
  readonly site: string;
  /** Origin that is signed. */
  readonly origin: string;
  /** SHA-256 of the token in the QR code, hex. */
  readonly tokenDigest: string;
  /** Keyed digest of the code that can be typed, hex. */
  readonly codeDigest: string;
  /** Token, code and the secret that frames are made with; sealed. */
  readonly secrets: string;
  /** Shown on both screens. */
  readonly checkCode: string;
  readonly phoneId: string | null;
  /** Another phone has tried. */
  readonly contestedAt: string | null;
  /** The right PIN was given for this order. */
  readonly unlockedAt: string | null;
  /** Since it was claimed; sealed. */
  readonly challenge: string | null;
  /** Of an order that was approved: what its owner goes on with; sealed. */
  readonly result: string | null;
  readonly reason: Reason | null;
  /** SHA-256 of what the browser that began it shows again when the phone's page is opened in it, hex. */
  readonly screenDigest: string | null;
  readonly askedFrom: AskedFrom | null;
  /** The phone did not see the code move on the screen: whoever holds it has to read the check code there. */
  readonly matchNeeded: boolean;
  /** Wrong check codes. */
  readonly matchFailures: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** 1, 2, 3 …: each change is one. */
  readonly version: number;
}
