/**
 * Where the agent listens, round by round. The second round is for a computer or a content security policy that knows
 * loopback by another name; a policy cannot name `[::1]` at all, so a page should list the first two.
 */
export const agentHosts = [['127.0.0.1'], ['localhost', '[::1]']] as const;
