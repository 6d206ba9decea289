import { existsSync } from 'node:fs';
import type { DriverManifest } from '../manifest/index.ts';
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
    const { version, drivers, recalls } = accepted.catalogue;
    return {
      text: `${words.catalogueTaken} ${version} (${words.drivers} ${drivers.length}, ${words.recalls} ${recalls.length})\n`,
      json: { catalogue: { version, drivers: drivers.length, recalls: recalls.length }, changed: accepted.changed },
      status: 0,
    };
  },
};

/** With what became of it here: a manifest is good although its library is not on this computer yet. */
function answer(context: CommandContext, manifest: DriverManifest) {
  const words = cliWords[context.locale];
  const { id, version, name } = manifest;
  const state = readKnown(context).installed.find((known) => known.manifest.id === id)?.state ?? 'absent';
  return {
    text: `${words.added} ${id} v${version} ${name[context.locale]}${words.colon}${words[state]}\n`,
    json: { driver: { id, version, state } },
    status: 0,
  } as const;
}
