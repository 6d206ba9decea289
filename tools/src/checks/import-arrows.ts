/**
 * Who may import whom. Package rules first, then the rooms of core. A rule names what is allowed; everything else of ours is
 * forbidden. Before you add an arrow, ask which room the thing you need really belongs to; an arrow added to silence
 * the test is a wall moved.
 */
export interface ArrowRule {
  /** `package` or `package/room`. */
  readonly from: string;
  /** Allowed targets: `package` (all its rooms) or `package/room`. */
  readonly to: readonly string[];
  /** Targets allowed for types alone (`import type`). */
  readonly typesFrom?: readonly string[];
}

export const packageArrows: readonly ArrowRule[] = [
  { from: 'core', to: [] },
  { from: 'drivers', to: ['core'] },
  { from: 'desktop-agent', to: ['core', 'drivers'] },
  // The page of its login is a page like any other, and imports what pages import.
  { from: 'bridge-service', to: ['core', 'sdk', 'drivers/port', 'drivers/host', 'drivers/pkcs11', 'drivers/cloud'] },
  // A page carries no schema library: of the contract it gets types, and the compact tables generated from it.
  { from: 'sdk', to: ['core/messages'], typesFrom: ['core/contract', 'core/errors', 'core/verdict'] },
  // Pages too: the words and rows of errors, and the check of codes that people type.
  { from: 'console', to: ['sdk', 'core/errors', 'core/messages', 'core/identity'] },
  { from: 'conformance', to: ['core', 'drivers'] },
  // drivers/pkcs11 only to set up the demonstration's SoftHSM2 token.
  { from: 'demo', to: ['core', 'sdk', 'drivers/soft', 'drivers/pkcs11'] },
  { from: 'docs', to: ['core'] },
  { from: 'tools', to: ['core'] },
  { from: 'vectors', to: [] },
];

/** Inside core, imports run downhill. */
export const coreRooms: readonly ArrowRule[] = [
  { from: 'errors', to: [] },
  { from: 'messages', to: ['errors'] },
  { from: 'verdict', to: ['errors'] },
  // The wire carries bytes as text, and text becomes bytes in one place.
  { from: 'contract', to: ['errors', 'bytes'] },
  { from: 'bytes', to: ['errors'] },
  { from: 'asn1', to: ['errors', 'bytes'] },
  { from: 'crypto', to: ['errors', 'bytes', 'asn1'] },
  { from: 'x509', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto'] },
  { from: 'identity', to: ['errors', 'verdict', 'bytes', 'asn1', 'x509'] },
  { from: 'login', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto'] },
  { from: 'ticket', to: ['errors', 'verdict', 'bytes', 'crypto'] },
  { from: 'revocation', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509'] },
  // What CAs and vendors are known to do otherwise than the standards, as data.
  { from: 'deviations', to: ['errors', 'verdict', 'bytes', 'asn1', 'x509'] },
  // A PKCS#12 file is made of messages.
  { from: 'pkcs12', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'cms'] },
  // cms does not know path: whether a signature is well made and whether its maker is trusted are two questions.
  { from: 'cms', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'deviations'] },
  { from: 'path', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'revocation'] },
  { from: 'tsp', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'deviations', 'cms'] },
  { from: 'seal', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'cms'] },
  {
    from: 'validation',
    to: [
      'errors',
      'verdict',
      'bytes',
      'asn1',
      'crypto',
      'x509',
      'identity',
      'login',
      'revocation',
      'deviations',
      'cms',
      'path',
      'tsp',
      'seal',
    ],
  },
  { from: 'signing', to: ['errors', 'verdict', 'bytes', 'asn1', 'crypto', 'x509', 'cms', 'tsp', 'seal'] },
];

/** What core must leave alone, and the files (or folders, with a slash at the end) that may touch each. */
export const coreForbidden: readonly {
  readonly what: RegExp;
  readonly why: string;
  readonly except: readonly string[];
}[] = [
  {
    what: /from 'node:|import\('node:|require\(/,
    why: 'core touches no platform; CryptoOps is loaded by its entry `node`',
    except: ['crypto/node.ts', 'crypto/node/'],
  },
  {
    what: /\bDate\.now\(|\bnew Date\(\)|performance\.now\(/,
    why: 'core has no clock: time is an argument',
    except: [],
  },
  {
    what: /\bprocess\.|\bconsole\.|\bfetch\(|\bsetTimeout\(|\bsetInterval\(/,
    why: 'core has no environment, console, network or timers',
    except: ['crypto/node.ts', 'crypto/node/'],
  },
];

export interface SourceFile {
  /** Path from the root of the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface ImportStatement {
  readonly target: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const statement =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

function importsOf(text: string): readonly ImportStatement[] {
  return [...text.matchAll(statement)].map((match) => ({
    target: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** `package/room` of a file's path: `core/src/x509/name.ts` → `core/x509`; a file directly in src has no room. */
function placeOf(file: string): { readonly package: string; readonly room: string } {
  const [owner = '', , room = '', ...rest] = file.split('/');
  return { package: owner, room: rest.length === 0 ? '' : room };
}

function targetOf(file: string, specifier: string): { readonly package: string; readonly room: string } | undefined {
  if (specifier.startsWith('@onelock/')) {
    const [, owner = '', room = ''] = specifier.split('/');
    return { package: owner, room };
  }
  if (!specifier.startsWith('.')) return undefined;
  const resolved = new URL(specifier, `file:///${file}`).pathname.slice(1);
  return placeOf(resolved);
}

const allows = (list: readonly string[] | undefined, target: { package: string; room: string }): boolean =>
  list?.some((entry) => entry === target.package || entry === `${target.package}/${target.room}`) ?? false;

/** Every forbidden arrow, as a sentence that names the file, the line and the rule. */
export function findForbiddenArrows(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const from = placeOf(file.path);
    return importsOf(file.text).flatMap((entry) => {
      const to = targetOf(file.path, entry.target);
      if (to === undefined) return [];
      const where = `${file.path}:${entry.line} imports ${entry.target}`;
      if (to.package !== from.package) {
        const rule = packageArrows.find((candidate) => candidate.from === from.package);
        if (allows(rule?.to, to) || (entry.typeOnly && allows(rule?.typesFrom, to))) return [];
        const permitted = [...(rule?.to ?? []), ...(rule?.typesFrom ?? []).map((name) => `types of ${name}`)];
        return [`${where}: ${from.package} may import only ${permitted.join(', ') || 'nothing of ours'}`];
      }
      if (from.package !== 'core' || to.room === from.room) return [];
      const rule = coreRooms.find((candidate) => candidate.from === from.room);
      if (rule?.to.includes(to.room)) return [];
      return [
        `${where}: inside core, ${from.room} may import only ${rule?.to.join(', ') || 'nothing'} (imports run downhill)`,
      ];
    });
  });
}

const isAt = (file: string, place: string): boolean => (place.endsWith('/') ? file.startsWith(place) : file === place);

/** Every use in core of something that core must leave alone. Comments do not count. */
export function findForbiddenUses(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => file.path.startsWith('core/src/'))
    .flatMap((file) => {
      const code = file.text
        .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
        .replace(/(^|\s)\/\/.*$/gm, '$1');
      return code
        .split('\n')
        .flatMap((line, index) =>
          coreForbidden
            .filter(
              (rule) =>
                rule.what.test(line) && !rule.except.some((place) => isAt(file.path.slice('core/src/'.length), place)),
            )
            .map((rule) => `${file.path}:${index + 1} ${line.trim()}: ${rule.why}`),
        );
    });
}
