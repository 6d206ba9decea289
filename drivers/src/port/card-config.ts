import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Hex = (min: number, max: number) => Type.String({ pattern: `^([0-9a-f]{2}){${min},${max}}$` });

/** How one vendor's PIV card (NIST SP 800-73-4) differs, or decides what the standard leaves open. */
const PivSchema = Type.Object(
  {
    kind: Type.Literal('piv'),
    aid: Type.Optional({ ...Hex(5, 16), description: 'Application identifier, hex. Default a000000308000010000100' }),
    label: Type.Optional(Type.String({ maxLength: 64 })),
    form: Type.Optional(
      Type.Enum(['short', 'extended'], { description: 'Length fields of commands. Default short, with chaining' }),
    ),
    contextPin: Type.Optional(
      Type.Enum(['session', 'first-use-only'], {
        description:
          'Key 9C wants the PIN before each signature. Default session: the host process keeps the PIN until the session is closed; first-use-only: one signature a session',
      }),
    ),
    pinTries: Type.Optional(Type.Integer({ minimum: 1, maximum: 15, description: 'Tries when none was wrong' })),
    managementKey: Type.Optional(
      Type.Object(
        { algorithm: Type.Enum(['aes-128', 'aes-192', 'aes-256', '3des']), key: Hex(16, 32) },
        {
          ...closed,
          description:
            'Key 9B, for cards that are delivered with a key known to everyone; without it no key is generated',
        },
      ),
    ),
  },
  closed,
);

/** How one vendor's card with the OpenPGP application differs. */
const OpenPgpSchema = Type.Object(
  {
    kind: Type.Literal('openpgp'),
    label: Type.Optional(Type.String({ maxLength: 64 })),
    form: Type.Optional(
      Type.Enum(['short', 'extended'], { description: 'Length fields of commands. Default short, with chaining' }),
    ),
    pinTries: Type.Optional(Type.Integer({ minimum: 1, maximum: 15, description: 'Tries when none was wrong' })),
  },
  closed,
);

/** What GM/T 0017 leaves to a vendor, or the vendor took. */
const Gmt0017Schema = Type.Object(
  {
    kind: Type.Literal('gmt0017'),
    aid: Type.Optional({ ...Hex(5, 16), description: 'SELECT before anything else; absent: the card listens at once' }),
    cla: Type.Optional({ ...Hex(1, 1), description: 'Class byte. Default 80' }),
    numbers: Type.Optional(
      Type.Enum(['little', 'big'], { description: 'Byte order of ids and lengths. Default little' }),
    ),
    pinKey: Type.Optional(
      Type.Enum(['sha1', 'sm3'], {
        description: 'Digest whose first 16 bytes are the key that proves a PIN. Default sha1',
      }),
    ),
    pinMac: Type.Optional(
      Type.Enum(['sm4-cbc-mac', 'none'], { description: 'MAC of CHANGE PIN and UNBLOCK PIN. Default sm4-cbc-mac' }),
    ),
    pinLength: Type.Optional(
      Type.Object(
        { min: Type.Integer({ minimum: 1, maximum: 16 }), max: Type.Integer({ minimum: 1, maximum: 16 }) },
        { ...closed, description: 'Bytes of a user PIN. Default 6 to 16' },
      ),
    ),
    applications: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
        maxItems: 16,
        description: 'The only ones to look at',
      }),
    ),
  },
  closed,
);

/** What the reports of one direction begin with. */
const HidDirection = Type.Object(
  {
    id: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 255, description: 'Report id; 0: reports have none. Default 0' }),
    ),
    first: Type.Optional({ ...Hex(0, 8), description: 'Before the length, in the first report of a message' }),
    next: Type.Optional({ ...Hex(0, 8), description: 'Before the rest, in every later report' }),
  },
  closed,
);

/** A key that takes commands in HID reports, each vendor in a way of its own. */
const HidSchema = Type.Object(
  {
    kind: Type.Literal('hid'),
    vendorId: Type.Integer({ minimum: 0, maximum: 65_535 }),
    productId: Type.Integer({ minimum: 0, maximum: 65_535 }),
    framing: Type.Object(
      {
        reportBytes: Type.Integer({ minimum: 16, maximum: 1024, description: 'Bytes of every report without its id' }),
        lengthBytes: Type.Enum([1, 2, 4], { description: 'Length of the whole message, once, in its first report' }),
        lengthOrder: Type.Optional(Type.Enum(['big', 'little'], { description: 'Default big' })),
        sequence: Type.Optional(
          Type.Boolean({ description: 'Later reports are counted in a byte, from 0. Default false' }),
        ),
        output: Type.Optional(HidDirection),
        input: Type.Optional({ ...HidDirection, description: 'Default as output' }),
      },
      closed,
    ),
  },
  closed,
);

export const CardQuirksSchema = Type.Object(
  {
    applications: Type.Optional(
      Type.Array(Type.Union([PivSchema, Gmt0017Schema, OpenPgpSchema]), {
        minItems: 1,
        maxItems: 4,
        description: 'What to look for on a card, in this order. Default PIV',
      }),
    ),
    transport: Type.Optional(HidSchema),
  },
  closed,
);

/** An answer to reset and which of its bits matter. */
export const CardAtrsSchema = Type.Array(Type.Object({ atr: Hex(2, 33), mask: Type.Optional(Hex(2, 33)) }, closed), {
  maxItems: 64,
  description: 'The only cards to speak to, by answer to reset. Default all',
});

export type PivQuirks = Static<typeof PivSchema>;
export type OpenPgpQuirks = Static<typeof OpenPgpSchema>;
export type Gmt0017Quirks = Static<typeof Gmt0017Schema>;
export type HidTransportConfig = Static<typeof HidSchema>;
export type HidFraming = HidTransportConfig['framing'];
export type CardQuirks = Static<typeof CardQuirksSchema>;
