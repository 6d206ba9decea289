/**
 * Headers of a hosted page: no frame, no style but our own file, no address of ours to others, nothing kept. What else a page may do, its
 * own `policy` adds (Content Security Policy, without a semicolon at its end), and whether it may ask for a camera.
 */
export function hostedPageHeaders(policy: string, camera: '()' | '(self)' = '()'): Readonly<Record<string, string>> {
  return {
    'content-security-policy': `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; ${policy}`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': `camera=${camera}, microphone=(), geolocation=()`,
    'cache-control': 'no-store',
  };
}

/** A page that sends no form and makes no markup of strings. */
export const withoutForms = "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** The agent on the person's machine, as a source to connect to. */
export const agentSources = (ports: readonly number[]): string =>
  ports.map((port) => `ws://127.0.0.1:${port}`).join(' ');
