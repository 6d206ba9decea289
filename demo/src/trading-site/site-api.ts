/** What the site's server and its pages say to each other. Types only: the pages import nothing of the server. */

export interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

/** A subject as the service names it. */
export interface SubjectFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
}

/** The part of the service's verdicts that people are shown. */
export interface VerdictFacts {
  readonly indication: 'passed' | 'failed' | 'indeterminate';
  readonly reason?: Coded;
  readonly subject?: SubjectFacts;
  readonly needs?: readonly { readonly kind: string; readonly of: string }[];
}

export interface CertificateFacts extends VerdictFacts {
  readonly certificate: SubjectFacts;
  /** End entity first; empty when no path was built. */
  readonly path: readonly SubjectFacts[];
  readonly at: string;
  readonly profile: string;
  readonly revocation: { readonly checked: boolean; readonly reason?: Coded };
}

export interface IdentityFacts {
  readonly organization: string | null;
  readonly unifiedSocialCreditCode: { readonly value: string; readonly checkDigitValid: boolean } | null;
  readonly commonName: string | null;
}

/** What the agent says of the device, for the service's statistics and watch-list. */
export interface DeviceFacts {
  readonly driver?: string;
  readonly deviceSerial?: string;
}

/** What became of a login. */
export interface LoginFacts extends VerdictFacts {
  readonly id: string;
  readonly createdAt: string;
  readonly algorithm: string;
  /** null unless the login passed. */
  readonly identity: IdentityFacts | null;
  readonly certificate: CertificateFacts | null;
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
}

export interface SignerFacts extends VerdictFacts {
  readonly signer: string;
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  readonly signingTime: string | null;
  readonly certificate: CertificateFacts | null;
}

export interface MessageFacts extends VerdictFacts {
  readonly family: 'gm' | 'pkcs7';
  readonly detached: boolean;
  readonly signers: readonly SignerFacts[];
}

export interface DocumentFacts {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sm3: string;
  readonly sha256: string;
}

/** A request ticket, as the site's server made it (see the guide); null where it has no key. */
export type TicketFacts = { readonly key: string; readonly statement: string; readonly signature: string } | null;

/** A document as it was brought, and the server's word for its signature. */
export interface BroughtDocument extends DocumentFacts {
  readonly ticket: TicketFacts;
}

/** The service's verdict on a signed document, and the site's own question: was it signed by who is logged in? */
export interface SignatureFacts {
  readonly document: DocumentFacts;
  readonly report: MessageFacts;
  readonly signedBy: 'who-is-logged-in' | 'somebody-else' | 'nobody-proven';
}

export interface SessionFacts {
  readonly login: LoginFacts | null;
  /** Where the page looks for the agent. */
  readonly agentPorts: readonly number[];
}

export interface ChallengeFacts {
  /** Base64. */
  readonly challenge: string;
  readonly expiresAt: string;
  readonly ticket: TicketFacts;
}

export interface SiteError {
  readonly error: Coded & { readonly requestId: string | null };
}

/** Largest document that the demonstration takes, in bytes. */
export const documentLimitBytes = 1024 * 1024;
