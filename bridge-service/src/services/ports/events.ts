/**
 * What nodes tell one another, by topic. An event says that something changed and names it; whoever is told reads the database again.
 * It is no queue: a node that was away is told `resync` instead of what it missed. A room adds its topics here.
 */
export interface EventTopics {
  /** Supervision is to be told something: its place in the order of all. */
  'supervision.told': { readonly sequence: number };
  /** Somebody has taken note of what supervision was told. */
  'alert.acknowledged': { readonly id: string };
  /** A registry changed: `cas`, `callers` … */
  'registry.changed': { readonly registry: string };
  /** Something waits for a webhook of a platform. */
  'platform.told': { readonly message: string };
  /** An entry of the watch-list was proposed, decided, cleared or ended. */
  'watchlist.changed': { readonly id: string };
  /** A change set was proposed, decided or applied. */
  'change-set.changed': { readonly id: string };
  /** An application for a certificate was made or moved on. */
  'application.changed': { readonly id: string };
  /** Something that a screen asks of phones was begun or moved on. */
  'phone-order.changed': { readonly id: string };
  /** An import got on, or somebody did something about it. */
  'import.changed': { readonly id: string };
  /** Evidence that judgements had kept was erased before its time. */
  'evidence.erased': { readonly count: number };
  /** A source has a newer list in the database. */
  'evidence.changed': { readonly source: string };
}

export type EventTopic = keyof EventTopics;

/** In a transaction: told to every node, this one too, once the transaction is committed, and never when it is not. */
export interface EventPublisher {
  publish<Topic extends EventTopic>(topic: Topic, data: EventTopics[Topic]): Promise<void>;
}

export interface EventSubscriber {
  /** Calls the listener for each event of a topic; gives the function that ends it. */
  subscribe<Topic extends EventTopic>(topic: Topic, listener: (data: EventTopics[Topic]) => void): () => void;
  /** Calls the listener when events may have been missed: read again whatever you hold. */
  onResync(listener: () => void): () => void;
}
