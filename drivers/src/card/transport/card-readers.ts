/** A place where a card can be: a PC/SC reader, a HID key. */
export interface CardPlace {
  /** Unique among the places that are there now. */
  readonly name: string;
  /** Answer to reset of the card that is there (ISO/IEC 7816-3); empty where the transport has none. */
  readonly atr: Uint8Array;
  /** Differs for every stay of a card in this place, as far as the transport can tell. */
  readonly stay: string;
}

/**
 * A way to cards. Every failure is a CodedError: ERR_TOKEN_REMOVED for a card that left, ERR_TOKEN_BUSY for one that another
 * program holds, ERR_DRIVER_NOT_INSTALLED when the way itself is not there.
 */
export interface CardReaders {
  /** Cards that are there now; a place without a card is not listed. */
  look(): Promise<readonly CardPlace[]>;
  /** Calls back when {@link look} would answer differently. */
  onChanged(listener: () => void): void;
  connect(place: CardPlace): Promise<CardConnection>;
  close(): Promise<void>;
}

export interface CardConnection {
  /**
   * Runs an act that no other program's commands can come between.
   * @param waitMs  how long another program may keep us waiting; default 5 s
   * @throws {CodedError} ERR_TOKEN_BUSY, ERR_TOKEN_REMOVED
   */
  exclusively<T>(act: (link: CardLink) => Promise<T>, waitMs?: number): Promise<T>;
  /** Makes the card forget every PIN it has seen; the next act is with a fresh card. Never fails. */
  reset(): Promise<void>;
  /** The end. Never fails: a card that is gone needs no goodbye. */
  disconnect(): Promise<void>;
}

/** The card during one exclusive act. */
export interface CardLink {
  /**
   * Another program reset the card since the last act, or this is the first: nothing that was selected or verified holds.
   */
  readonly fresh: boolean;
  /** T=0 carries no command with data and an expected length at once (ISO/IEC 7816-3 §12). */
  readonly protocol: 't0' | 't1';
  transmit(command: Uint8Array): Promise<Uint8Array>;
}
