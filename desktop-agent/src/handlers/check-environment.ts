import type { Params, Result } from '@onelock/core/contract';
import { isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { parseCertificate } from '@onelock/core/x509';
import { lenient } from '../shapes/certificate-shape.ts';
import type { AgentParts } from './parts.ts';

type Check = Result<'checkEnvironment'>['checks'][number];
type CheckId = Check['check'];

const order: readonly CheckId[] = [
  'ports',
  'tls',
  'browser-permission',
  'window',
  'drivers',
  'devices',
  'certificates',
  'clock',
  'service',
  'updates',
  'conflicts',
];

/** Before the product existed, or so far ahead that the clock must be wrong. */
const plausibleYears = { first: 2026, last: 2080 };

/** The "check my computer" list. A check that this agent cannot make says so; it never says ok. */
export async function checkEnvironment(
  parts: AgentParts,
  { checks: wanted }: Params<'checkEnvironment'>,
): Promise<Result<'checkEnvironment'>> {
  const chosen = order.filter((check) => wanted === undefined || wanted.includes(check));
  const checks = await Promise.all(chosen.map((check) => runCheck(parts, check)));
  const worst = (state: Check['state']): boolean => checks.some((check) => check.state === state);
  return { overall: worst('failed') ? 'blocked' : worst('attention') ? 'attention' : 'ready', checks };
}

async function runCheck(parts: AgentParts, check: CheckId): Promise<Check> {
  switch (check) {
    // Whoever reads this answer has come through the port and past the browser's permission.
    case 'ports':
    case 'browser-permission':
      return ok(check);
    case 'window':
      return parts.shell.name === 'print'
        ? attention(check, { code: 'ERR_AGENT_WINDOW_UNAVAILABLE', params: {} }, 'install-browser')
        : ok(check);
    case 'drivers':
      return checkDrivers(parts);
    case 'devices':
      return parts.fleet.devices().length > 0
        ? ok(check)
        : attention(check, { code: 'ERR_TOKEN_NOT_FOUND', params: {} }, 'insert-device');
    case 'certificates':
      return checkCertificates(parts);
    case 'clock':
      return checkClock(parts);
    case 'service':
      return checkService(parts);
    default:
      return { check, state: 'not-checked', cause: null, fix: null };
  }
}

function checkDrivers({ fleet, shelf }: AgentParts): Check {
  const rows = fleet.drivers();
  const running = new Set(rows.map(({ config }) => config.id));
  const refused = shelf.refused().find(({ manifest, cause }) => cause !== null && !running.has(manifest.id));
  const broken = rows.find((row) => row.cause !== null);
  if (broken?.cause) {
    const fix = broken.cause.code === 'ERR_DRIVER_NOT_INSTALLED' ? 'install-driver' : 'contact-vendor';
    const usable = rows.some((row) => row.cause === null);
    return { check: 'drivers', state: usable ? 'attention' : 'failed', cause: broken.cause, fix };
  }
  if (refused?.cause) {
    const fix = refused.cause.code === 'ERR_DRIVER_RECALLED' ? 'contact-vendor' : 'contact-operator';
    return { check: 'drivers', state: rows.length > 0 ? 'attention' : 'failed', cause: refused.cause, fix };
  }
  if (rows.length > 0) return ok('drivers');
  const cause: Reason = {
    code: 'ERR_DRIVER_NOT_INSTALLED',
    params: { driver: '—', detail: 'no driver is configured' },
  };
  return { check: 'drivers', state: 'failed', cause, fix: 'install-driver' };
}

/** A certificate that has run out is better found today than at the bid opening. */
async function checkCertificates(parts: AgentParts): Promise<Check> {
  const now = parts.now();
  for (const { driver, device } of parts.fleet.devices()) {
    try {
      for (const { signingCertificate } of await driver.listIdentities(device.id)) {
        if (signingCertificate === null) continue;
        const certificate = lenient(() => parseCertificate(signingCertificate));
        if (certificate === undefined || certificate.notAfter >= now) continue;
        const params = {
          subject: certificate.serialNumber,
          notAfter: certificate.notAfter.toISOString(),
          at: now.toISOString(),
        };
        return attention('certificates', { code: 'ERR_PATH_EXPIRED', params }, 'contact-vendor');
      }
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return attention('certificates', { code: error.code, params: error.params }, 'contact-vendor');
    }
  }
  return ok('certificates');
}

function checkClock({ now }: AgentParts): Check {
  const year = now().getUTCFullYear();
  if (year >= plausibleYears.first && year <= plausibleYears.last) return ok('clock');
  return { check: 'clock', state: 'failed', cause: null, fix: 'correct-clock' };
}

function checkService({ service, platforms }: AgentParts): Check {
  const { problem = null } = platforms ?? {};
  if (problem !== null) {
    const cause = { code: problem.code, params: problem.params };
    return { check: 'service', state: 'failed', cause, fix: 'check-network' };
  }
  if (service === null) return { check: 'service', state: 'not-checked', cause: null, fix: null };
  return service.reachable
    ? ok('service')
    : attention('service', { code: 'ERR_SERVICE_UNAVAILABLE', params: {} }, 'check-network');
}

function ok(check: CheckId): Check {
  return { check, state: 'ok', cause: null, fix: null };
}

function attention(check: CheckId, cause: Reason, fix: Check['fix']): Check {
  return { check, state: 'attention', cause, fix };
}
