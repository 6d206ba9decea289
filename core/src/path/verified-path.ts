import type { Certificate } from '../x509/index.ts';
import type { TrustAnchor } from './path-input.ts';
import type { ProfileName } from './profile.ts';

const permit = Symbol('a validation that passed');

/**
 * Proof that a path was validated: there is no other way to get one than from {@link validatePath}. Whoever asks for it in a
 * signature cannot be handed a list of certificates that nobody checked.
 */
export class VerifiedPath {
  readonly #isGenuine = true;
  /** Leaf first, the anchor's certificate last when the anchor has one. */
  readonly certificates: readonly Certificate[];
  readonly anchor: TrustAnchor;
  readonly at: Date;
  readonly profile: ProfileName;

  /** @throws {TypeError} to everybody outside of this file */
  constructor(
    key: typeof permit,
    certificates: readonly Certificate[],
    anchor: TrustAnchor,
    at: Date,
    profile: ProfileName,
  ) {
    if (key !== permit) throw new TypeError('a verified path comes from validatePath and nowhere else');
    this.certificates = certificates;
    this.anchor = anchor;
    this.at = new Date(at);
    this.profile = profile;
    Object.freeze(this);
  }

  /** Whether a value is such a proof, whatever its type claims: a look-alike has not the private field. */
  static isGenuine(value: unknown): value is VerifiedPath {
    return typeof value === 'object' && value !== null && #isGenuine in value && value.#isGenuine;
  }
}

/** For the validation itself; not exported from the room. @param certificates  frozen here */
export function proveVerified(
  certificates: readonly Certificate[],
  anchor: TrustAnchor,
  at: Date,
  profile: ProfileName,
): VerifiedPath {
  return new VerifiedPath(permit, Object.freeze(certificates), anchor, at, profile);
}
