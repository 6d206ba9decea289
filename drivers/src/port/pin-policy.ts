import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

/** What a vendor says of its keys' PINs, beyond what the keys themselves say. Acted on for every family, see host/pin-rules.ts. */
export const PinPolicySchema = Type.Object(
  {
    minLength: Type.Integer({ minimum: 1, maximum: 64, description: 'Bytes; the key may demand more' }),
    maxLength: Type.Integer({ minimum: 1, maximum: 64, description: 'Bytes; the key may take less' }),
    characters: Type.Optional(
      Type.Enum(['digits', 'any'], {
        description: 'What a PIN is made of; one of anything else costs no try. Default any',
      }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 255, description: 'Tries when none was wrong, where the key does not say' }),
    ),
    warnAt: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 15,
        description: 'So many tries left, or fewer, are shown as few. Default 2',
      }),
    ),
    factoryPins: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 8,
        description:
          'PINs that keys are delivered with, where the key does not say that its own still is. None is ever tried; a person who unlocks with one is told',
      }),
    ),
  },
  closed,
);

export type PinPolicy = Static<typeof PinPolicySchema>;
