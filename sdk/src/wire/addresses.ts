/** Names of this computer, round by round: the next round only when nobody let us in under the names of the last. */
export type HostRounds = readonly (readonly string[])[];

/** In a page: a content security policy cannot name `[::1]`, and `localhost` reaches an agent that has only that. */
export const pageHosts: HostRounds = [['127.0.0.1'], ['localhost']];

/** In a program, where `localhost` may be bound to one family. */
export const programHosts: HostRounds = [['127.0.0.1'], ['localhost', '[::1]']];
