import { type Role, roles } from '../../src/services/ports/records.ts';

const everyone = roles;
const people = ['platform', 'operator', 'supervisor', 'vendor', 'administrator'] as const;
const users = ['platform', 'operator', 'supervisor', 'administrator'] as const;
const keepers = ['operator', 'administrator'] as const;
const planners = ['platform', 'operator', 'administrator'] as const;
const watchers = ['operator', 'supervisor', 'administrator'] as const;
const overseers = ['supervisor', 'administrator'] as const;
const administrator = ['administrator'] as const;
const platform = ['platform'] as const;

/**
 * Every route of the OpenAPI document and who may use it, by decision and not by what the code says: a new route is written here by hand.
 * `open` needs no caller. `:ca` and the like stand for an id with that prefix.
 */
export const routeAccess: Readonly<Record<string, 'open' | readonly Role[]>> = {
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /metrics': 'open',
  'GET /v1/keys': 'open',
  'GET /v1/status': 'open',
  'GET /v1/driver-catalogue': 'open',
  'POST /v1/administrators': 'open',

  'POST /v1/callers': administrator,
  'GET /v1/callers': overseers,
  'GET /v1/callers/self': people,
  'GET /v1/callers/:clr': overseers,
  'PATCH /v1/callers/:clr': administrator,
  'POST /v1/callers/:clr/token': administrator,
  'DELETE /v1/callers/:clr': administrator,

  'POST /v1/console/challenges': 'open',
  'POST /v1/console/sessions': 'open',
  'POST /v1/console/sessions/by-code': 'open',
  'GET /v1/console/session': watchers,
  'DELETE /v1/console/session': watchers,
  'POST /v1/console/session/keys': administrator,
  'GET /v1/console/names': watchers,
  'POST /v1/console-users': administrator,
  'GET /v1/console-users': overseers,
  'GET /v1/console-users/:clr': overseers,
  'DELETE /v1/console-users/:clr': administrator,
  'POST /v1/console-users/:clr/keys': administrator,
  'POST /v1/console-users/:clr/keys/end': administrator,
  'POST /v1/console-users/:clr/role': administrator,
  'GET /v1/console/sessions': watchers,
  'POST /v1/console/sessions/:ses/end': watchers,

  'GET /v1/platforms': users,
  'GET /v1/platforms/:clr': users,
  'GET /v1/platforms/:clr/profile': users,
  'PUT /v1/platforms/:clr/profile': keepers,
  'GET /v1/platforms/:clr/history': watchers,

  'GET /v1/platforms/:clr/webhooks': users,
  'POST /v1/platforms/:clr/webhooks/:pwh/secret': planners,
  'POST /v1/platforms/:clr/webhooks/:pwh/test': planners,
  'GET /v1/platforms/:clr/webhook-messages': users,
  'POST /v1/platforms/:clr/webhook-messages/:msg/resend': planners,

  'POST /v1/cas': keepers,
  'GET /v1/cas': people,
  'GET /v1/cas/:ca': people,
  'PATCH /v1/cas/:ca': keepers,
  'DELETE /v1/cas/:ca': keepers,
  'GET /v1/cas/:ca/history': watchers,
  'GET /v1/cas/:ca/profile': people,
  'PUT /v1/cas/:ca/profile': keepers,
  'GET /v1/cas/:ca/sources': people,
  'PUT /v1/cas/:ca/sources': keepers,
  'POST /v1/cas/:ca/sources/refresh': keepers,
  'POST /v1/cas/:ca/sources/forget-list': keepers,
  'GET /v1/enrolment-offers': users,
  'GET /v1/cas/:ca/enrolment': watchers,
  'PUT /v1/cas/:ca/enrolment': keepers,
  'POST /v1/cas/:ca/enrolment/trial': keepers,
  'POST /v1/applications': platform,
  'GET /v1/applications': users,
  'GET /v1/applications/:app': users,
  'POST /v1/applications/:app/submission': platform,
  'GET /v1/applications/:app/delivery': platform,
  'POST /v1/applications/:app/installation': platform,
  'POST /v1/applications/:app/withdrawal': platform,
  'POST /v1/applications/:app/retry': planners,
  'POST /v1/applications/:app/refusal': keepers,
  'POST /v1/applications/:app/applicant': keepers,
  'GET /v1/evidence-sources': people,

  'POST /v1/companies': keepers,
  'GET /v1/companies/export': watchers,
  'GET /v1/certificates/export': watchers,
  'GET /v1/companies': users,
  'GET /v1/companies/:com': users,
  'PATCH /v1/companies/:com': keepers,
  'POST /v1/companies/:com/erasure': administrator,
  'GET /v1/companies/:com/history': watchers,

  'POST /v1/certificates': keepers,
  'GET /v1/certificates': users,
  'GET /v1/certificates/:crt': users,
  'PATCH /v1/certificates/:crt': keepers,
  'GET /v1/certificates/:crt/history': watchers,

  'POST /v1/imports': keepers,
  'GET /v1/imports': keepers,
  'GET /v1/imports/:imp': keepers,
  'PUT /v1/imports/:imp/content': keepers,
  'PATCH /v1/imports/:imp/settings': keepers,
  'POST /v1/imports/:imp/start': keepers,
  'POST /v1/imports/:imp/pause': keepers,
  'POST /v1/imports/:imp/cancel': keepers,
  'GET /v1/imports/:imp/rows': keepers,
  'GET /v1/imports/:imp/conflicts': keepers,
  'POST /v1/imports/:imp/decisions': keepers,
  'GET /v1/imports/:imp/report': keepers,

  'POST /v1/seals': keepers,
  'GET /v1/seals': people,
  'GET /v1/seals/:sea': people,
  'PATCH /v1/seals/:sea': keepers,
  'GET /v1/seals/:sea/history': watchers,

  'POST /v1/change-sets': keepers,
  'POST /v1/change-sets/preview': watchers,
  'GET /v1/change-sets': watchers,
  'GET /v1/change-sets/:chg': watchers,
  'POST /v1/change-sets/:chg/approval': keepers,
  'POST /v1/change-sets/:chg/end': keepers,
  'POST /v1/change-sets/:chg/rollback': keepers,
  'POST /v1/bid-openings': planners,
  'GET /v1/bid-openings': people,
  'DELETE /v1/bid-openings/:opn': planners,
  'GET /v1/origin-registry': everyone,

  'PUT /v1/driver-catalogue': administrator,
  'GET /v1/driver-catalogue/summary': people,
  'GET /v1/driver-catalogue/versions': watchers,

  'POST /v1/challenges': platform,
  'POST /v1/logins': platform,
  'POST /v1/login-failures': platform,
  'GET /v1/logins/:lgn': users,
  'POST /v1/oidc-clients': administrator,
  'GET /v1/oidc-clients': watchers,
  'DELETE /v1/oidc-clients/:oic': administrator,

  'POST /v1/watchlist': watchers,
  'GET /v1/watchlist': watchers,
  'GET /v1/watchlist/:wat': watchers,
  'POST /v1/watchlist/:wat/decision': watchers,
  'POST /v1/watchlist/:wat/end': watchers,
  'POST /v1/watchlist/:wat/clearance': watchers,
  'GET /v1/events': overseers,
  'POST /v1/webhooks': administrator,
  'GET /v1/webhooks': overseers,
  'DELETE /v1/webhooks/:whk': administrator,
  'POST /v1/webhooks/:whk/secret': administrator,
  'POST /v1/webhooks/:whk/test': administrator,
  'GET /v1/webhooks/:whk/deliveries': overseers,
  'POST /v1/webhooks/:whk/deliveries/:msg/resend': administrator,

  'POST /v1/certificates/validate': everyone,
  'POST /v1/signatures/verify': everyone,
  'POST /v1/tickets/verify': everyone,
  'POST /v1/documents/verify': everyone,
  'POST /v1/timestamps': people,
  'POST /v1/timestamps/verify': everyone,
  'POST /v1/tsa': people,
  'POST /v1/judgements/batch': people,
  'GET /v1/report-signer': everyone,

  'GET /v1/alerts': overseers,
  'POST /v1/alerts/:evt/acknowledgement': overseers,
  'GET /v1/statistics': users,
  'GET /v1/statistics/funnels': users,
  'GET /v1/statistics/expiry': users,
  'GET /v1/statistics/expiry/certificates': users,
  'GET /v1/statistics/savings': watchers,
  'GET /v1/statistics/state': watchers,
  'GET /v1/search': watchers,
  'GET /v1/support/:req': users,

  'GET /v1/audit': overseers,
  'GET /v1/audit/entries/:sequence': overseers,
  'GET /v1/audit/entries/:sequence/inclusion': people,
  'POST /v1/audit/erasures': administrator,
  'GET /v1/audit/head': people,
  'GET /v1/audit/consistency': people,
  'GET /v1/audit/checkpoints': people,
  'POST /v1/audit/checkpoints': overseers,
  'POST /v1/audit/verifications': overseers,
};

/** Streams: under /v1 as well, and beyond what an OpenAPI document can describe. */
export const streamAccess: Readonly<Record<string, readonly Role[]>> = {
  'GET /v1/events/stream': overseers,
  'GET /v1/imports/:imp/events': keepers,
  'GET /v1/applications/:app/stream': users,
};

/** The address of a route with ids that are well-formed and name nothing. */
export function sampleUrl(route: string): { readonly method: string; readonly url: string } {
  const [method = '', pattern = ''] = route.split(' ');
  const url = pattern
    .replace(':sequence', '999999999')
    .replaceAll(/:(\w+)/g, (_whole, prefix: string) => `${prefix}_${'0'.repeat(32)}`);
  return { method, url };
}
