import { CodedError } from '@onelock/core/errors';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Convert } from 'typebox/value';

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** How a field is named in an error: a JSON pointer into the body (`body` for the whole), `?name`, `{name}` in the path, or a header's name. */
const nameField: Readonly<Record<string, (pointer: string) => string>> = {
  body: (pointer) => (pointer === '' ? 'body' : pointer),
  querystring: (pointer) => `?${pointer.slice(1)}`,
  params: (pointer) => `{${pointer.slice(1)}}`,
  headers: (pointer) => pointer.slice(1),
};

/**
 * Compiles a route's schemas. The body is taken as it is; only a query and a path, which are text by nature, are converted.
 * A refusal is ERR_REQUEST_INVALID naming the first wrong field and the broken rule.
 */
export const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const convert = httpPart !== 'body';
  const variants = variantsByKind(schema);
  const whole = Compile(schema);
  return (value: unknown) => {
    const candidate = convert ? Convert(schema, value) : value;
    if (whole.Check(candidate)) return { value: candidate };
    const closest = variants.find(({ kind }) => kind === kindOf(candidate))?.check ?? whole;
    const { field, rule } = describe(closest.Errors(candidate));
    const name = nameField[httpPart] ?? ((pointer: string) => pointer);
    return { error: new CodedError('ERR_REQUEST_INVALID', { field: name(field), rule }) };
  };
};

/** Of a union told apart by `kind`, so that an error speaks of the variant that was meant. */
function variantsByKind(
  schema: TSchema,
): readonly { readonly kind: unknown; readonly check: ReturnType<typeof Compile> }[] {
  const { anyOf } = schema as { anyOf?: readonly TSchema[] };
  return (anyOf ?? []).flatMap((variant) => {
    const { properties } = variant as { properties?: Readonly<Record<string, { const?: unknown }>> };
    return properties?.kind === undefined ? [] : [{ kind: properties.kind.const, check: Compile(variant) }];
  });
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

const longestName = 200;

function describe(errors: readonly SchemaError[]): { readonly field: string; readonly rule: string } {
  const error = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf') ?? errors[0];
  if (error === undefined) return { field: '', rule: 'schema' };
  const params = error.params as Readonly<Record<string, unknown>>;
  const within = (names: unknown): string =>
    `${error.instancePath}/${String(Array.isArray(names) ? names[0] : '')
      .replaceAll('~', '~0')
      .replaceAll('/', '~1')}`;
  const [field, rule] =
    error.keyword === 'required'
      ? [within(params.requiredProperties), 'required']
      : error.keyword === 'additionalProperties'
        ? [within(params.additionalProperties), 'unknown field']
        : error.keyword === 'boolean'
          ? [error.instancePath, 'unknown field']
          : [error.instancePath, ruleOf(error.keyword, params)];
  return { field: field.slice(0, longestName), rule };
}

function ruleOf(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit =
    params.limit ?? params.type ?? params.allowedValue ?? params.allowedValues ?? params.format ?? params.pattern;
  return limit === undefined ? keyword : `${keyword}=${Array.isArray(limit) ? limit.join('|') : String(limit)}`;
}
