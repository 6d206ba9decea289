import { checkout } from '../tasks/checkout.ts';
import { callPage } from './call-page.ts';
import { configurationPage, readServiceConfiguration } from './configuration-page.ts';
import { callsInOrder, eventsInOrder } from './contract-order.ts';
import { errorPage } from './error-page.ts';
import { eventPage } from './event-page.ts';
import { indexPage, referenceSidebar } from './index-page.ts';
import { folderOf, languages } from './language.ts';
import { jsonSchemaDocument, openRpcDocument } from './open-rpc.ts';
import { sdkTables } from './sdk-tables.ts';
import { typePage } from './type-page.ts';

/** Folders that hold generated files and nothing else: a file there that is not generated is stale. */
export const generatedFolders = [
  'docs/reference',
  'docs/en/reference',
  'docs/public/generated',
  'docs/.vitepress/generated',
  'sdk/src/generated',
] as const;

/** Everything that derives from the contract, the error registry and the service's configuration: path from the root → text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const configuration = readServiceConfiguration(checkout);
  const files = new Map<string, string>();
  files.set('sdk/src/generated/contract-tables.ts', sdkTables());
  files.set('docs/public/generated/openrpc.json', jsonFile(openRpcDocument()));
  files.set('docs/public/generated/contract.schema.json', jsonFile(jsonSchemaDocument()));
  files.set(
    'docs/.vitepress/generated/reference-sidebar.json',
    jsonFile(Object.fromEntries(languages.map((language) => [language, referenceSidebar(language)]))),
  );
  for (const language of languages) {
    const folder = `docs/${folderOf(language)}reference`;
    files.set(`${folder}/index.md`, indexPage(language));
    files.set(`${folder}/types.md`, typePage(language));
    files.set(`${folder}/errors.md`, errorPage(language));
    files.set(`${folder}/configuration.md`, configurationPage(configuration, language));
    for (const call of callsInOrder) files.set(`${folder}/calls/${call.name}.md`, callPage(call, language));
    for (const event of eventsInOrder) files.set(`${folder}/events/${event.name}.md`, eventPage(event, language));
  }
  return files;
}

function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
