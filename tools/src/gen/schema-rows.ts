import { type Language, pick, prefixOf } from './language.ts';
import { asPlain, type PlainSchema, sharedName } from './plain-schema.ts';

/** One line of a table of fields. */
export interface FieldRow {
  /** e.g. `signers[].signature`, `signedBy.intermediates`. */
  readonly path: string;
  /** Markdown. */
  readonly type: string;
  readonly presence: 'required' | 'optional';
  /** The forms of a union that have this field; empty when all of them do, or there is no union. */
  readonly forms: readonly string[];
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

/** Whether items get lines of their own: objects and unions do, unless they are a type of their own. */
function isExpanded(items: PlainSchema): boolean {
  return sharedName(items) === null && (items.type === 'object' || members(items).length > 0);
}

function listText(schema: PlainSchema, place: Place): string {
  const items = asPlain(schema.items as object);
  const list = `${pick(place.language, '列表', 'list')}${range(schema.minItems, schema.maxItems)}`;
  return isExpanded(items) ? list : `${list}${pick(place.language, '，每项 ', ' of ')}${typeText(items, place)}`;
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
      return listText(schema, place);
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
    const items = asPlain(schema.items);
    if (isExpanded(items)) descend(items, `${path}[]`, place, rows);
    return;
  }
  const alternatives = members(schema).filter((member) => !isNull(member));
  const [only, ...others] = alternatives;
  if (only && others.length === 0) {
    descend(only, path, place, rows);
    return;
  }
  const objects = alternatives.length > 0 ? alternatives : [schema];
  for (const field of fieldsOf(objects)) {
    const at = path === '' ? field.key : `${path}.${field.key}`;
    rows.push({
      path: at,
      type:
        field.constants.length > 1
          ? field.constants.map((word) => `\`${word}\``).join(' ')
          : typeText(field.schema, place),
      presence: field.presence,
      forms: field.forms.length === objects.length ? [] : field.forms,
      words: field.constants.length > 1 ? formsText(objects, place.language) : wordsOf(field.schema, place.language),
    });
    descend(field.schema, at, place, rows);
  }
}

interface MergedField {
  readonly key: string;
  readonly schema: PlainSchema;
  readonly presence: 'required' | 'optional';
  /** The forms that have it, by the constant that names them. */
  readonly forms: readonly string[];
  /** The constants of a field that tells forms apart; empty for others. */
  readonly constants: readonly string[];
}

/** Fields of one object, or of the forms of a union with what they share told once. */
function fieldsOf(objects: readonly PlainSchema[]): readonly MergedField[] {
  const merged = new Map<string, MergedField>();
  for (const object of objects) {
    const form = variantOf(object);
    const required = Array.isArray(object.required) ? object.required : [];
    for (const [key, value] of Object.entries(object.properties ?? {})) {
      const schema = asPlain(value as object);
      const tells = objects.length > 1 && String(schema.const) === form;
      const identity = tells ? key : `${key} ${JSON.stringify(schema)}`;
      const known = merged.get(identity);
      merged.set(identity, {
        key,
        schema,
        presence: required.includes(key) ? 'required' : 'optional',
        forms: [...(known?.forms ?? []), form],
        constants: tells ? [...(known?.constants ?? []), form] : [],
      });
    }
  }
  return [...merged.values()];
}

/** What each form is, in one sentence. */
function formsText(objects: readonly PlainSchema[], language: Language): string {
  return objects
    .map((object) => {
      const form = variantOf(object);
      const properties = Object.values(object.properties ?? {}).map((value) => asPlain(value as object));
      const words = wordsOf(properties.find((property) => String(property.const) === form) ?? {}, language);
      return `${form}${pick(language, '：', ': ')}${words}`;
    })
    .join(pick(language, '；', '; '));
}

/** The word that tells this member of a union from the others. */
function variantOf(member: PlainSchema): string {
  for (const property of Object.values(member.properties ?? {})) {
    if ('const' in asPlain(property as object)) return String(asPlain(property as object).const);
  }
  return String(member.type ?? '?');
}
