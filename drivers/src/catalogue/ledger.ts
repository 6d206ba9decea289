import { utf8Decode, utf8Encode } from '@onelock/core/bytes';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { DriverName, VersionNumber } from '../manifest/index.ts';

const closed = { additionalProperties: false } as const;
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Instant = Type.String({ maxLength: 32 });

const LedgerSchema = Type.Object(
  {
    format: Type.Literal(1),
    /** The catalogue that was taken last, and when its signer was judged. */
    catalogue: Type.Union([
      Type.Object({ version: VersionNumber, sha256: Digest, acceptedAt: Instant }, closed),
      Type.Null(),
    ]),
    /** Manifests that were added one by one. */
    added: Type.Record(
      DriverName,
      Type.Object({ version: VersionNumber, sha256: Digest, acceptedAt: Instant }, closed),
    ),
    /** The newest version that was ever seen of each driver. Only grows. */
    newest: Type.Record(DriverName, VersionNumber),
    /** Drivers of the catalogue that the person does not want. */
    removed: Type.Array(DriverName, { maxItems: 1000 }),
    /** Built-in drivers that run only for who asks for them. */
    wanted: Type.Optional(Type.Array(DriverName, { maxItems: 1000 })),
  },
  closed,
);

/** What this computer has accepted; beside the signed files, which say what they are themselves. */
export type DriverLedger = Static<typeof LedgerSchema>;

const validator = Compile(LedgerSchema);

export const emptyLedger: DriverLedger = { format: 1, catalogue: null, added: {}, newest: {}, removed: [] };

/** @returns null for what is no ledger */
export function parseLedger(bytes: Uint8Array): DriverLedger | null {
  try {
    const value: unknown = JSON.parse(utf8Decode(bytes));
    return validator.Check(value) ? value : null;
  } catch {
    return null;
  }
}

export function encodeLedger(ledger: DriverLedger): Uint8Array {
  return utf8Encode(`${JSON.stringify(ledger, null, 2)}\n`);
}
