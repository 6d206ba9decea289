import { equalBytes, toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type CertificateList, concerns, coveredReasons } from '@onelock/core/revocation';
import type { UnansweredSource } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import { type Certificate, formatName, type Name, sameName } from '@onelock/core/x509';
import { shownUrl } from '../outbound/index.ts';
import type { Clock } from '../services/ports/clock.ts';
import type { EvidenceQuestion, GatheredEvidence, SourceOutcome } from '../services/ports/evidence.ts';
import type { Trust } from '../services/trust-registry.ts';
import { type Link, walkUp } from './chain-walk.ts';
import type { IssuerShelf } from './issuer-shelf.ts';
import type { HeldList, ListShelf } from './list-shelf.ts';
import type { OcspShelf } from './ocsp-shelf.ts';
import { deltaSources, issuerSources, sourcesFor } from './source-choice.ts';
import type { Source } from './source-name.ts';
import { isSignedBy, Vouched } from './vouched.ts';

export interface GathererOptions {
  readonly lists: ListShelf;
  readonly responses: OcspShelf;
  readonly issuers: IssuerShelf;
  readonly clock: Clock;
  readonly ops: CryptoOps;
  /** A judgement waits so long for sources, all together; what comes later helps the next one. */
  readonly waitMs: number;
  /** Told of what is no source's fault. */
  readonly onFailure: (error: unknown) => void;
}

/** Refusals of our own of what a certificate names: nobody was asked, so nobody failed to answer. */
const notAsked: ReadonlySet<string> = new Set(['ERR_EVIDENCE_URL_UNSUPPORTED', 'ERR_EVIDENCE_ADDRESS_REFUSED']);

interface Failure {
  readonly source: Source;
  readonly reason: Reason;
}

/** Whether a complete list that counts now is at hand, or at least one that speaks of the certificate. */
type ListsFound = 'current' | 'some' | 'none';

/**
 * So many links are those of honest questions. Of more, a responder is asked only about certificates that their issuers have signed: whoever writes
 * a message names as many as they like.
 */
const fewLinks = 8;

/** Gathers the evidence for one question; made for it and thrown away. */
export class Gatherer {
  readonly #options: GathererOptions;
  readonly #question: EvidenceQuestion;
  readonly #crls = new Map<string, CertificateList>();
  readonly #responses = new Map<string, Uint8Array>();
  readonly #issuers: Certificate[] = [];
  readonly #unanswered: UnansweredSource[] = [];
  readonly #outcomes = new Map<string, SourceOutcome>();
  /** From the first wait on: most questions find everything at hand. */
  #deadline: Promise<'late'> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GathererOptions, question: EvidenceQuestion) {
    this.#options = options;
    this.#question = question;
  }

  async gather(): Promise<GatheredEvidence> {
    try {
      const links = await this.#findLinks();
      const vouched = new Vouched(links, this.#options.ops);
      const crowded = links.length > fewLinks;
      await Promise.all(links.map((link) => this.#gatherFor(link, vouched, crowded)));
    } finally {
      clearTimeout(this.#timer);
    }
    return {
      crls: [...this.#crls.values()],
      ocspResponses: [...this.#responses.values()],
      issuers: this.#issuers,
      unanswered: this.#unanswered,
      sources: [...this.#outcomes.values()],
    };
  }

  /** Two steps up at most beyond what is at hand. */
  async #findLinks(): Promise<readonly Link[]> {
    const { certificates, candidates, trust } = this.#question;
    let walked = walkUp(certificates, candidates, trust);
    for (let step = 0; step < 2 && walked.orphans.length > 0; step++) {
      const before = this.#issuers.length;
      await Promise.all(walked.orphans.map((orphan) => this.#findIssuers(orphan)));
      if (this.#issuers.length === before) break;
      walked = walkUp(certificates, [...candidates, ...this.#issuers], trust);
    }
    for (const { issuerDer, issuer } of walked.left) {
      const reason: Reason = { code: 'ERR_REVOCATION_NOT_AVAILABLE', params: { issuer: formatName(issuer) } };
      this.#unanswered.push({ issuer: issuerDer, reason });
    }
    return walked.links;
  }

  async #findIssuers(orphan: Certificate): Promise<void> {
    const add = (found: readonly Certificate[]): void => {
      for (const one of found)
        if (sameName(one.subject, orphan.issuer) && !this.#issuers.some(({ der }) => equalBytes(der, one.der)))
          this.#issuers.push(one);
    };
    add(this.#options.issuers.issuersOf(orphan));
    if (this.#issuers.some(({ subject }) => sameName(subject, orphan.issuer))) return;
    for (const source of issuerSources(orphan)) {
      const found = await this.#inTime(source, this.#options.issuers.find(source));
      if ('reason' in found) this.#note(source, { outcome: 'failed', reason: found.reason });
      else {
        add(found.value);
        this.#note(source, { outcome: 'current' });
      }
    }
  }

  async #gatherFor(link: Link, vouched: Vouched, crowded: boolean): Promise<void> {
    const { trust } = this.#question;
    const sources = sourcesFor(link, trust, this.#options.ops);
    const mayAsk = ({ origin }: Source): boolean => origin === 'registry' || vouched.link(link);
    const failures: Failure[] = [];
    const lists = (some: readonly Source[]): Promise<ListsFound> =>
      this.#gatherLists(link, some.filter(mayAsk), sources.settings, failures);
    const byLists = async (): Promise<boolean> => {
      const found = await lists(sources.crl);
      if (found !== 'none' || failures.length > 0) return found === 'current';
      return (await lists(sources.otherCrl)) === 'current';
    };
    const byResponders = (): Promise<boolean> =>
      this.#gatherResponse(
        link,
        crowded && !vouched.link(link) ? [] : sources.ocsp.filter(mayAsk),
        sources.settings,
        failures,
      );
    const order = sources.settings.prefer === 'crl' ? [byLists, byResponders] : [byResponders, byLists];
    for (const gather of order) if (await gather()) return;
    const issuer = link.certificate.issuerDer;
    for (const { source, reason } of failures)
      if (source.origin === 'registry' || !notAsked.has(reason.code)) this.#unanswered.push({ issuer, reason });
  }

  async #gatherLists(
    link: Link,
    sources: readonly Source[],
    settings: ReturnType<typeof sourcesFor>['settings'],
    failures: Failure[],
  ): Promise<ListsFound> {
    let found: ListsFound = 'none';
    const signersOf = this.#signersFor(link);
    const take = async (source: Source, vain: Failure[]): Promise<readonly Source[]> => {
      const { held, reason } = await this.#list(source, signersOf);
      if (reason !== undefined) vain.push({ source, reason });
      if (held === undefined) return [];
      const { list, stored } = held;
      if (!this.#speaksOf(list, link.certificate)) return [];
      this.#crls.set(stored.digest, list);
      if (list.baseCrlNumber === undefined && isCurrent(held, this.#now())) found = 'current';
      else if (found === 'none') found = 'some';
      return list.baseCrlNumber === undefined ? deltaSources(held, settings) : [];
    };
    const deltas = (await Promise.all(sources.map((source) => take(source, failures)))).flat();
    const further = deltas.filter(({ name }) => !sources.some((source) => source.name === name));
    // A delta that cannot be had leaves the complete list as it is, which counts until its own end.
    await Promise.all(further.map((source) => take(source, [])));
    return found;
  }

  /** The list of a source: as it is while it counts, else after asking, else the old one and why there is no newer. */
  async #list(
    source: Source,
    signersOf: (issuer: Name) => readonly Certificate[],
  ): Promise<{ readonly held: HeldList | undefined; readonly reason?: Reason }> {
    const { lists } = this.#options;
    const held = lists.held(source);
    if (held !== undefined && isCurrent(held, this.#now())) {
      const due = held.stored.refreshAt <= this.#now().toISOString();
      // Listed sources are refreshed by the job.
      if (due && source.origin === 'certificate')
        lists.refresh(source, signersOf).catch((error) => this.#passOver(error));
      this.#note(source, { outcome: 'current', ...factsOf(held) });
      return { held };
    }
    const found = await this.#inTime(source, lists.refresh(source, signersOf));
    const best = 'value' in found ? found.value : lists.held(source);
    const reason = 'reason' in found ? found.reason : undefined;
    const outcome = best === undefined ? 'failed' : isCurrent(best, this.#now()) ? 'current' : 'known';
    this.#note(source, { outcome, reason, ...(best && factsOf(best)) });
    return { held: best, ...(reason && { reason }) };
  }

  /** @returns whether an answer that counts now is at hand */
  async #gatherResponse(
    { certificate, issuer }: Link,
    sources: readonly Source[],
    settings: ReturnType<typeof sourcesFor>['settings'],
    failures: Failure[],
  ): Promise<boolean> {
    const [first] = sources;
    if (first === undefined) return false;
    const { responses } = this.#options;
    const found = await this.#inTime(first, responses.find(certificate, issuer, sources, settings));
    const late = 'reason' in found;
    const known = late ? await responses.known(certificate, issuer) : found.value.known;
    const vain = late ? [{ source: first, reason: found.reason }] : found.value.failures;
    const now = this.#now().toISOString();
    const current = known !== undefined && (known.nextUpdate ?? known.refreshAt) > now;
    for (const { source, reason } of vain) {
      failures.push({ source, reason });
      this.#note(source, { outcome: 'failed', reason });
    }
    if (known === undefined) return false;
    const digest = toHex(this.#options.ops.digest('sm3', known.response));
    this.#responses.set(digest, known.response);
    const source = sources.find(({ url }) => url === known.url) ?? first;
    const reason = vain.find((one) => one.source.url === source.url)?.reason;
    const validUntil = known.nextUpdate ?? undefined;
    this.#note(source, {
      outcome: current ? 'current' : 'known',
      reason,
      producedAt: known.thisUpdate,
      validUntil,
      digest,
    });
    return current;
  }

  /** Work that is waited for until the deadline; it goes on without us. */
  async #inTime<T>(source: Source, work: Promise<T>): Promise<{ readonly value: T } | { readonly reason: Reason }> {
    try {
      this.#deadline ??= new Promise((resolve) => {
        this.#timer = setTimeout(() => resolve('late'), this.#options.waitMs);
      });
      const first = await Promise.race([work.then((value) => ({ value })), this.#deadline]);
      if (first !== 'late') return first;
      work.catch((error) => this.#passOver(error));
      const { code, params } = new CodedError('ERR_EVIDENCE_TIMEOUT', {
        url: shownUrl(source.url),
        timeoutMs: this.#options.waitMs,
      });
      return { reason: { code, params } };
    } catch (error) {
      if (isCodedError(error)) return { reason: { code: error.code, params: error.params } };
      // A judgement without this source's word is still a judgement.
      this.#options.onFailure(error);
      return { reason: { code: 'ERR_EVIDENCE_UNREACHABLE', params: { url: shownUrl(source.url), cause: 'internal' } } };
    }
  }

  /** What a source does wrong is written in its state already. */
  #passOver(error: unknown): void {
    if (!isCodedError(error)) this.#options.onFailure(error);
  }

  /**
   * Whoever bears the name of a list's issuer: registered, the issuer itself, or brought along and certified by one of these. A namesake that
   * anybody made is left out: the list of a CA is kept for everybody, and must not be the one that somebody brought the key for.
   */
  #signersFor({ issuer, authority }: Link): (name: Name) => readonly Certificate[] {
    const { candidates, trust } = this.#question;
    return (name) => [
      ...signersOf(trust, name),
      ...(authority === undefined && sameName(issuer.subject, name) ? [issuer] : []),
      ...[...candidates, ...this.#issuers].filter(
        (candidate) =>
          sameName(candidate.subject, name) &&
          [issuer, ...signersOf(trust, candidate.issuer)].some((above) =>
            isSignedBy(candidate, above, this.#options.ops),
          ),
      ),
    ];
  }

  #speaksOf(list: CertificateList, certificate: Certificate): boolean {
    try {
      return concerns(list, certificate) && coveredReasons(certificate, list).size > 0;
    } catch (error) {
      if (isCodedError(error)) return true;
      throw error;
    }
  }

  #note(source: Source, facts: Omit<SourceOutcome, 'kind' | 'url'>): void {
    this.#outcomes.set(source.name, { kind: source.kind, url: shownUrl(source.url), ...facts });
  }

  #now(): Date {
    return this.#options.clock();
  }
}

/** Registered CAs of a name, as signers of lists. */
export function signersOf({ authorities }: Trust, name: Name): readonly Certificate[] {
  return authorities.named(name).map(({ certificate }) => certificate);
}

export function isCurrent({ list }: HeldList, now: Date): boolean {
  return list.nextUpdate !== undefined && list.nextUpdate > now;
}

function factsOf({ list, stored }: HeldList): Pick<SourceOutcome, 'producedAt' | 'validUntil' | 'digest'> {
  return {
    producedAt: list.thisUpdate.toISOString(),
    validUntil: list.nextUpdate?.toISOString(),
    digest: stored.digest,
  };
}
