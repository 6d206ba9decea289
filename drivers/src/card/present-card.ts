import { isCodedError } from '@onelock/core/errors';
import type { DeviceId } from '../port/index.ts';
import { ApduChannel, type ApduStyle } from './apdu/index.ts';
import type { CardApplication, CardApplicationKind, CardDescription } from './applications/card-application.ts';
import type { CardConnection, CardLink, CardPlace } from './transport/card-readers.ts';

/** Other cards wait for this look; a card that is held by another program is looked at again. */
const firstWaitMs = 1000;

/** One application on one card while the card stays where it is. */
export interface PresentCard {
  readonly id: DeviceId;
  readonly place: CardPlace;
  readonly insertion: number;
  readonly connection: CardConnection;
  readonly application: CardApplication;
  readonly style: Omit<ApduStyle, 'protocol'>;
  /** What was last told of it. */
  description: CardDescription;
}

/**
 * Runs an act on a card that no other program's commands come between, its application selected.
 * @param onReset  called first when another program reset the card since the last act: no PIN holds any more
 * @throws {CodedError} ERR_TOKEN_REMOVED, ERR_TOKEN_BUSY, and what the act throws
 */
export function actOn<T>(
  card: PresentCard,
  onReset: () => void,
  act: (channel: ApduChannel) => Promise<T>,
): Promise<T> {
  return card.connection.exclusively(async (link) => {
    const channel = channelOf(link, card.style);
    if (link.fresh) {
      onReset();
      card.application.forget();
    }
    await card.application.select(channel);
    return act(channel);
  });
}

/** The first of the kinds that the card has, or null for a card that is none of ours. */
export function findApplication(
  connection: CardConnection,
  kinds: readonly CardApplicationKind[],
): Promise<Pick<PresentCard, 'application' | 'style' | 'description'> | null> {
  return connection.exclusively(async (link) => {
    for (const { style, find } of kinds) {
      const channel = channelOf(link, style);
      const application = await findQuietly(() => find(channel));
      if (application === null) continue;
      return { application, style, description: await application.describe(channel) };
    }
    return null;
  }, firstWaitMs);
}

function channelOf(link: CardLink, style: Omit<ApduStyle, 'protocol'>): ApduChannel {
  return new ApduChannel(link.transmit, { ...style, protocol: link.protocol });
}

/** A card that answers nonsense to the question for one application may still have the next. */
async function findQuietly(find: () => Promise<CardApplication | null>): Promise<CardApplication | null> {
  try {
    return await find();
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_TOKEN_DATA_CORRUPT') return null;
    throw error;
  }
}
