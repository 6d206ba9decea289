/** What of the page's surroundings explains a failure to connect. Everything is optional: outside a browser there is none. */
export interface PageEnvironment {
  readonly location?: { readonly origin: string };
  readonly navigator?: {
    readonly permissions?: { query(descriptor: { readonly name: string }): Promise<{ readonly state: string }> };
  };
  fetch?(url: string, options: { readonly mode: 'no-cors'; readonly signal: AbortSignal }): Promise<unknown>;
  addEventListener?(type: 'securitypolicyviolation', listener: (event: PolicyViolation) => void): void;
  removeEventListener?(type: 'securitypolicyviolation', listener: (event: PolicyViolation) => void): void;
}

export interface PolicyViolation {
  readonly blockedURI: string;
  readonly effectiveDirective: string;
}

export function surroundings(): PageEnvironment {
  return globalThis as PageEnvironment;
}

/** Names that browsers have used for one permission: reaching this computer from a page (WICG Local Network Access). */
const permissionNames = ['loopback-network', 'local-network-access'] as const;

/** `unknown` where the browser has no such permission, or does not say. */
export type LocalNetworkPermission = 'granted' | 'denied' | 'prompt' | 'unknown';

export async function localNetworkPermission(environment: PageEnvironment): Promise<LocalNetworkPermission> {
  const permissions = environment.navigator?.permissions;
  for (const name of permissionNames) {
    // Rejects for a name that the browser does not know (Permissions §6.2): the next one, then.
    const status = await permissions?.query({ name }).catch(() => undefined);
    if (status?.state === 'granted' || status?.state === 'denied' || status?.state === 'prompt') return status.state;
  }
  return 'unknown';
}

export interface PolicyWatch {
  /** The directive of a content security policy that has blocked a connection to loopback, or null. */
  blockedBy(): Promise<string | null>;
  stop(): void;
}

/** Browsers report a blocked address on the window or worker scope; the WebSocket itself only fails. */
export function watchPolicy(environment: PageEnvironment): PolicyWatch {
  let directive: string | null = null;
  const note = (event: PolicyViolation): void => {
    // Other names of loopback are tried only in case, and a policy need not list them.
    if (/^ws:\/\/127\.0\.0\.1\b/.test(event.blockedURI)) directive = event.effectiveDirective;
  };
  environment.addEventListener?.('securitypolicyviolation', note);
  return {
    // The report is a task of its own and may come after the socket's failure.
    blockedBy: () => new Promise((resolve) => setTimeout(() => resolve(directive), 10)),
    stop: () => environment.removeEventListener?.('securitypolicyviolation', note),
  };
}
