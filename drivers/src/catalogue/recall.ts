import { CodedError } from '@onelock/core/errors';
import type { DriverManifest, ThisSystem } from '../manifest/index.ts';
import type { DriverRecall } from './catalogue-schema.ts';

/** The recall that forbids a whole manifest, if there is one. */
export function recallOf(manifest: DriverManifest, recalls: readonly DriverRecall[]): DriverRecall | undefined {
  return recalls.find(
    (recall) =>
      'driver' in recall &&
      recall.driver === manifest.id &&
      (recall.upToVersion === undefined || manifest.version <= recall.upToVersion),
  );
}

/** Whether a recall speaks of this manifest, or of any build of a library in it. */
export function isTouchedByRecall(manifest: DriverManifest, recalls: readonly DriverRecall[]): boolean {
  if (recallOf(manifest, recalls) !== undefined) return true;
  const builds = new Set(manifest.libraries.flatMap((place) => place.builds.map(({ sha256 }) => sha256)));
  return recalls.some((recall) => 'librarySha256' in recall && builds.has(recall.librarySha256));
}

/**
 * The manifest without the builds that were recalled by their digests.
 * @throws {CodedError} ERR_DRIVER_RECALLED when this system had builds and none is left
 */
export function withoutRecalledBuilds(
  manifest: DriverManifest,
  recalls: readonly DriverRecall[],
  { system, architecture }: ThisSystem,
): DriverManifest {
  const gone = new Map(
    recalls.flatMap((recall) => ('librarySha256' in recall ? [[recall.librarySha256, recall]] : [])),
  );
  if (gone.size === 0) return manifest;
  for (const place of manifest.libraries) {
    const recall = gone.get(place.builds.at(-1)?.sha256 ?? '');
    const all = place.builds.every(({ sha256 }) => gone.has(sha256));
    if (recall !== undefined && all && place.system === system && place.architecture === architecture)
      throw recalledError(manifest.id, recall);
  }
  const libraries = manifest.libraries.map((place) => ({
    ...place,
    builds: place.builds.filter(({ sha256 }) => !gone.has(sha256)),
  }));
  return { ...manifest, libraries };
}

/** @throws {CodedError} ERR_DRIVER_RECALLED; `reason` is the keeper's, in Chinese and English */
export function refuseRecalled(manifest: DriverManifest, recalls: readonly DriverRecall[]): void {
  const recall = recallOf(manifest, recalls);
  if (recall !== undefined) throw recalledError(manifest.id, recall);
}

export function recalledError(driver: string, { reason }: DriverRecall): CodedError {
  return new CodedError('ERR_DRIVER_RECALLED', { driver, reason: `${reason['zh-CN']} / ${reason.en}` });
}
