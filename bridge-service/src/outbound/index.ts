export { isPublicAddress, mayConnect, type UrlOrigin } from './address-rules.ts';
export { fetchIssuers } from './ca-issuers.ts';
export { type CrlDownload, fetchCrl } from './crl.ts';
export { fetchOcsp, type OcspFetch } from './ocsp.ts';
export { createOutbound, type Outbound, OutboundClosed, type OutboundOptions } from './outbound.ts';
export { askTimeServer } from './time-server.ts';
export { fetchTimestamp } from './tsa.ts';
export { readSourceUrl, shownUrl } from './url-rules.ts';
export { createWebhookPost } from './webhook.ts';
