import { type Language, pick, prefixOf } from './language.ts';
import { asPlain, type PlainSchema, sharedName } from './plain-schema.ts';

/** One line of a table of fields. */
export interface FieldRow {
  /** e.g. `signers[].signature`, `signedBy(certificate).intermediates`. */
  readonly path: string;
  /** Markdown. */
  readonly type: string;
  readonly presence: 'required' | 'optional';
  readonly words: string;
}

interface Place {
  readonly language: Language;
  /** The type page's own schema is not replaced by a link to itself. */
  readonly own: string | null;
}

function members(schema: PlainSchema): readonly PlainSchema[] {
  return Array.isArray(schema.anyOf) ? schema.anyOf.map((member: object) => asPlain(member)) : [];
}

function isNull(schema: PlainSchema): boolean {
  return schema.type === 'null';
}

/** A moment: told by its pattern, which only moments have. */
function isInstant(schema: PlainSchema): boolean {
  return String(schema.pattern ?? '').startsWith('^[0-9]{4}-[01]');
}

function wordsOf(schema: PlainSchema, language: Language): string {
  return String(schema[language === 'zh-CN' ? 'x-description-zh' : 'description'] ?? '');
}

/** Kilobytes and megabytes where they are round, so that a limit can be read. */
export function sizeText(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 524_288 === 0) return `${bytes / 1_048_576} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024} KiB`;
  return String(bytes);
}

function range(min: unknown, max: unknown, show: (value: number) => string = String): string {
  if (typeof max !== 'number') return '';
  if (min === max) return ` ${show(max)}`;
  return typeof min === 'number' && min > 0 ? ` ${show(min)}–${show(max)}` : ` ≤ ${show(max)}`;
}

/** The type of one field, as Markdown with links to shared types. */
export function typeText(schema: PlainSchema, place: Place): string {
  const { language } = place;
  const name = sharedName(schema);
  if (name !== null && name !== place.own)
    return `[${name}](${prefixOf(language)}reference/types#${name.toLowerCase()})`;
  if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``;
  if (Array.isArray(schema.enum)) return schema.enum.map((word) => `\`${word}\``).join(' ');
  const alternatives = members(schema);
  if (alternatives.length > 0) {
    const [only, ...others] = alternatives.filter((member) => !isNull(member));
    const nullable = alternatives.some(isNull) ? pick(language, ' 或 `null`', ' or `null`') : '';
    if (only && others.length === 0) return `${typeText(only, place)}${nullable}`;
    return `${pick(language, '下列之一', 'one of')}${nullable}`;
  }
  switch (schema.type) {
    case 'string':
      if (schema.contentEncoding === 'base64')
        return `${pick(language, '字节', 'bytes')}${range(schema['x-min-bytes'], schema['x-max-bytes'], sizeText)}`;
      if (isInstant(schema)) return pick(language, '时间（UTC）', 'time (UTC)');
      return `${pick(language, '文本', 'text')}${range(schema.minLength, schema.maxLength)}`;
    case 'integer':
      return `${pick(language, '整数', 'integer')} ${schema.minimum}–${schema.maximum}`;
    case 'number':
      return `${pick(language, '数', 'number')} ${schema.minimum}–${schema.maximum}`;
    case 'boolean':
      return pick(language, '真假', 'boolean');
    case 'array':
      return pick(
        language,
        `列表${range(schema.minItems, schema.maxItems)}`,
        `list${range(schema.minItems, schema.maxItems)}`,
      );
    case 'object':
      return pick(language, '对象', 'object');
    default:
      return '';
  }
}

/** Every field under a schema, in its order; shared types are linked, not repeated. */
export function fieldRows(schema: PlainSchema, language: Language, own: string | null = null): readonly FieldRow[] {
  const rows: FieldRow[] = [];
  descend(schema, '', { language, own }, rows);
  return rows;
}

function descend(schema: PlainSchema, path: string, place: Place, rows: FieldRow[]): void {
  const name = sharedName(schema);
  if (path !== '' && name !== null && name !== place.own) return;
  if (schema.type === 'array' && typeof schema.items === 'object' && schema.items !== null) {
    descendItems(asPlain(schema.items), `${path}[]`, place, rows);
    return;
  }
  const alternatives = members(schema).filter((member) => !isNull(member));
  const [only, ...others] = alternatives;
  if (only && others.length === 0) {
    descend(only, path, place, rows);
    return;
  }
  for (const member of alternatives) descend(member, `${path}(${variantOf(member)})`, place, rows);
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const property = asPlain(value as object);
    const at = path === '' ? key : `${path}.${key}`;
    const isVariantName = 'const' in property && path.endsWith(`(${String(property.const)})`);
    rows.push({
      path: at,
      type: typeText(property, place),
      presence: required.includes(key) ? 'required' : 'optional',
      words: wordsOf(property, place.language),
    });
    if (!isVariantName) descend(property, at, place, rows);
  }
}

/** Items that are no objects get no line of their own: the list's line says what they are. */
function descendItems(items: PlainSchema, path: string, place: Place, rows: FieldRow[]): void {
  const name = sharedName(items);
  if (name !== null || (items.type !== 'object' && members(items).length === 0)) {
    rows.push({ path, type: typeText(items, place), presence: 'required', words: wordsOf(items, place.language) });
    return;
  }
  descend(items, path, place, rows);
}

/** The word that tells this member of a union from the others. */
function variantOf(member: PlainSchema): string {
  for (const property of Object.values(member.properties ?? {})) {
    if ('const' in asPlain(property as object)) return String(asPlain(property as object).const);
  }
  return String(member.type ?? '?');
}
