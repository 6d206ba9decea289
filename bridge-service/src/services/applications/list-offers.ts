import type { CaEnrolment, EnrolmentProduct } from '../ports/application-records.ts';
import type { ApplicationFigures } from '../ports/application-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { CaProfile } from '../ports/registry-records.ts';

const figuresDays = 90;

/** What a CA charges and promises, beside what it has done. */
export interface OfferView {
  readonly caId: string;
  readonly name: string;
  readonly notice: string;
  readonly products: readonly EnrolmentProduct[];
  readonly promised: CaProfile['serviceLevel'];
  /** Of the last {@link figuresDays} days. */
  readonly figures: {
    readonly days: number;
    readonly applications: number;
    readonly issued: number;
    readonly refused: number;
    readonly medianMinutes: number | null;
    /** Of those issued, in the time that was promised; null where none was. */
    readonly inTimePercent: number | null;
    /** OCSP, CRL and time-stamp sources, and how many of them fail now. */
    readonly sources: number;
    readonly failingSources: number;
  };
}

/** Who applies: somebody at the service's page for applicants or for phones, or through a platform. */
export type Audience = 'public' | 'phones' | 'platforms';

/** The service's own pages offer what their CAs let them; products for phones are for phones, and nothing else is. */
export const isOffered = ({ medium }: EnrolmentProduct, isPublic: boolean, audience: Audience): boolean =>
  (audience === 'platforms' || isPublic) && (audience === 'phones') === (medium === 'phone');

/** CAs that take applications online, with what they sell to an audience. */
export async function listOffers(ports: Ports, audience: Audience): Promise<readonly OfferView[]> {
  const { store, clock } = ports;
  const since = new Date(clock().getTime() - figuresDays * 86_400_000).toISOString();
  const [open, figures, trust] = [
    await store.enrolments.open(),
    new Map((await store.applications.figures(since)).map((one) => [one.caId, one])),
    await ports.trust.current(store),
  ];
  const sources = ports.evidence.sources(trust);
  const offered = open
    .map((one) => ({ ...one, products: one.products.filter((product) => isOffered(product, one.public, audience)) }))
    // A CA that sells to nobody yet is one that takes applications all the same; to phones it is not.
    .filter((one) => (audience === 'platforms' || one.public) && (audience !== 'phones' || one.products.length > 0));
  return Promise.all(
    offered.map(async ({ caId, caName, notice, products }): Promise<OfferView> => {
      const ofCa = sources.filter((source) => source.caId === caId);
      const { serviceLevel } = await store.profiles.ca(caId);
      return {
        ...{ caId, name: caName, notice, products, promised: serviceLevel },
        figures: {
          ...figuresView(figures.get(caId)),
          sources: ofCa.length,
          failingSources: ofCa.filter(({ failures }) => failures > 0).length,
        },
      };
    }),
  );
}

function figuresView(known: ApplicationFigures | undefined): Omit<OfferView['figures'], 'sources' | 'failingSources'> {
  const { applications = 0, issued = 0, refused = 0, medianMinutes = null, inTime = 0 } = known ?? {};
  const inTimePercent = issued === 0 ? null : Math.round((inTime * 1000) / issued) / 10;
  return { days: figuresDays, applications, issued, refused, medianMinutes, inTimePercent };
}

/** @returns undefined for a CA or product that is not offered now */
export const productOf = (enrolment: CaEnrolment | null, code: string): EnrolmentProduct | undefined =>
  enrolment?.state === 'open' ? enrolment.products.find((product) => product.code === code) : undefined;
