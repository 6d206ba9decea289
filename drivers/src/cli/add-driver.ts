import { existsSync } from 'node:fs';
import { type CodedError, isCodedError } from '@onelock/core/errors';
import { describeError } from '@onelock/core/messages';
import type { DriverManifest } from '../manifest/index.ts';
import type { DriverConfig } from '../port/index.ts';
import { checkedLibrary } from '../process/checked-library.ts';
import type { Command, CommandContext } from './command.ts';
import { openStore, readKnown } from './known-drivers.ts';
import { readFile } from './read-file.ts';
import { cliWords } from './words.ts';

/** `driver add FILE|ID`: a signed manifest, a signed catalogue (offline import), or a driver that the catalogue has. */
export const addCommand: Command = {
  options: {},
  words: [1, 1],
  async run([what = ''], _options, context) {
    const words = cliWords[context.locale];
    const store = openStore(context);
    if (!existsSync(what) && /^[a-z0-9-]+$/.test(what)) {
      const { manifest } = await store.want(what);
      return answer(context, manifest);
    }
    const accepted = await store.accept(readFile(what));
    if (accepted.kind === 'manifest') return answer(context, accepted.manifest);
    const { version, drivers, recalls, nextUpdate } = accepted.catalogue;
    const counts = `${words.drivers} ${drivers.length}, ${words.recalls} ${recalls.length}`;
    // Somebody may offer an old one to a computer that knows none, for the sake of what was recalled since.
    const outOfDate = Date.parse(nextUpdate) < context.now().getTime();
    return {
      text: `${words.catalogueTaken} ${version} (${counts})${outOfDate ? `${words.colon}${words.outOfDate} ${nextUpdate}` : ''}\n`,
      json: {
        catalogue: { version, drivers: drivers.length, recalls: recalls.length, nextUpdate, outOfDate },
        changed: accepted.changed,
      },
      status: 0,
    };
  },
};

/**
 * With what became of it here: a manifest is good although its library is not on this computer yet. One that is there, and is none of
 * those that were signed for, is told now rather than when a key is needed.
 */
function answer(context: CommandContext, manifest: DriverManifest) {
  const { locale } = context;
  const words = cliWords[locale];
  const { id, version, name } = manifest;
  const installed = readKnown(context).installed.find((known) => known.manifest.id === id);
  const state = installed?.state ?? 'absent';
  const cause = state === 'ready' && installed?.config ? libraryTrouble(installed.config) : null;
  const what = cause === null ? words[state] : describeError(cause.code, cause.params, locale);
  return {
    text: `${words.added} ${id} v${version} ${name[locale]}${words.colon}${what}${cause === null ? '' : ` [${cause.code}]`}\n`,
    json: { driver: { id, version, state, ...(cause && { cause: { code: cause.code, params: cause.params } }) } },
    status: cause === null ? 0 : 1,
  } as const;
}

function libraryTrouble(config: DriverConfig): CodedError | null {
  if (config.family !== 'skf' && config.family !== 'pkcs11') return null;
  try {
    checkedLibrary(config);
    return null;
  } catch (error) {
    if (isCodedError(error)) return error;
    throw error;
  }
}
