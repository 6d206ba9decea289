import { isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '@onelock/drivers/port';
import { lenient } from '../shapes/certificate-shape.ts';
import type { PresentDevice } from '../tokens/fleet.ts';

/** A key's certificates are read again after so long; writing to one makes an event of its own. */
const readAgainMs = 3600 * 1000;

/** The certificates of keys that are present, read seldom: whoever reminds looks often. */
export class KeyCertificates {
  readonly #known = new WeakMap<
    PresentDevice,
    { readonly at: number; readonly identities: readonly TokenIdentity[] }
  >();

  /** Of a token that does not answer now nothing is known now. */
  async identitiesOf(present: PresentDevice): Promise<readonly TokenIdentity[]> {
    const known = this.#known.get(present);
    if (known !== undefined && performance.now() - known.at < readAgainMs) return known.identities;
    try {
      const identities = await present.driver.listIdentities(present.device.id);
      this.#known.set(present, { at: performance.now(), identities });
      return identities;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return [];
    }
  }
}

/** Those of a dual pair that can be read. */
export function certificatesOf({ signingCertificate, encryptionCertificate }: TokenIdentity): readonly Certificate[] {
  return [signingCertificate, encryptionCertificate].flatMap((der) =>
    der === null ? [] : (lenient(() => parseCertificate(der)) ?? []),
  );
}
