import type { OfferView, Product } from './shapes.ts';
import type { Language, Words } from './words.ts';

export function money(fen: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'CNY' }).format(fen / 100);
}

export function span(minutes: number, say: Words): string {
  if (minutes < 120) return `${rounded(minutes)} ${say.minutes}`;
  return minutes < 2_880 ? `${rounded(minutes / 60)} ${say.hoursUnit}` : `${rounded(minutes / 1_440)} ${say.days}`;
}

export function validity(days: number, say: Words): string {
  if (days >= 360 && Math.abs(days / 365 - Math.round(days / 365)) < 0.02)
    return `${Math.round(days / 365)} ${say.years}`;
  return days >= 60 ? `${Math.round(days / 30)} ${say.months}` : `${days} ${say.days}`;
}

export const kindOf = ({ variant, keySpec }: Product, say: Words): string =>
  variant === 'dual' ? say.dual : `${keySpec.toUpperCase().replace('-', ' ')} ${say.single}`;

/** What a CA promised and did, as pairs of name and value. */
export function figuresOf({ promised, figures }: OfferView, say: Words): readonly (readonly [string, string])[] {
  const { applications, issued, medianMinutes, inTimePercent, sources, failingSources } = figures;
  const percent = (value: number | null | undefined): string => (value == null ? say.none : `${value}%`);
  return [
    [
      say.applications,
      applications === 0 ? say.noFigures : `${applications} ${say.pieces} · ${say.issuedOf} ${issued} ${say.pieces}`,
    ],
    ...(applications === 0
      ? []
      : [
          [say.median, medianMinutes === null ? say.none : span(medianMinutes, say)] as const,
          [say.inTime, percent(inTimePercent)] as const,
        ]),
    [
      say.sources,
      sources === 0 ? say.none : failingSources === 0 ? say.sourcesFine : `${failingSources} ${say.sourcesFailing}`,
    ],
    [say.availability, percent(promised.availabilityPercent)],
    ...(promised.hours === undefined ? [] : [[say.hours, promised.hours] as const]),
  ];
}

const rounded = (value: number): string => String(Math.round(value * 10) / 10);
