import { z } from 'zod';

/** One field of a payload. */
export interface PayloadField {
  /** Dotted path; `[]` stands for each element. */
  readonly path: string;
  readonly type: string;
  /** Of a nested field: whether its parent needs it. */
  readonly required: boolean;
  readonly meaning: string;
}

/** One kind of message of a stream. */
export interface PayloadVariant {
  /** Value of `type` that tells it apart; undefined when the stream has only one kind. */
  readonly type: string | undefined;
  readonly meaning: string;
  readonly fields: readonly PayloadField[];
}

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly maxLength?: number;
}

/** The kinds of payload that a schema takes, and their fields, from its JSON schema and the descriptions in it. */
export function payloadVariants(schema: z.ZodType): readonly PayloadVariant[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const union = json.oneOf ?? json.anyOf;
  if (union === undefined) return [{ type: undefined, meaning: '', fields: fieldsOf(json, '') }];
  return union.map((variant) => ({
    type: String(variant.properties?.['type']?.const),
    meaning: variant.description ?? '',
    fields: fieldsOf(variant, ''),
  }));
}

function fieldsOf(schema: Schema, prefix: string): readonly PayloadField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true;
    const inner = field.items === undefined ? fieldsOf(field, `${path}.`) : fieldsOf(field.items, `${path}[].`);
    return [{ path, type: typeOf(field), required, meaning: field.description ?? '' }, ...inner];
  });
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (schema.title !== undefined) return schema.title;
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.type === 'object') return schema.type.join(' or ');
  if (schema.type === 'number' || schema.type === 'integer') return `${schema.type}${rangeOf(schema)}`;
  const { type = 'any', maxLength } = schema;
  return maxLength === undefined ? type : `${type}, at most ${String(maxLength)} characters`;
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum !== undefined) return ` above ${String(exclusiveMinimum)}`;
  if (from !== undefined && to !== undefined) return ` from ${String(from)} to ${String(to)}`;
  return from === undefined ? '' : ` from ${String(from)}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
