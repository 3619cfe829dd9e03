import { TransientError } from '@octant/platform/errors/errors';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { z } from 'zod';

const NUMBER = /^[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?$/;
/** A double holds so many digits exactly. */
const MOST_DOUBLE_DIGITS = 15;
/** No price, quantity or balance is as large. */
const ABSURD = Decimal.of('1e18');
/** 2100-01-01. */
const LAST_MS = 4_102_444_800_000;

/**
 * A number of a reply as a plain decimal without zeros at the end: `1e-5` gives `0.00001`. Undefined for what is no number,
 * is absurdly large, or is a double that may have lost digits on its way.
 */
export function decimalTextOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !NUMBER.test(text)) return undefined;
  if (typeof value === 'number' && digitsOf(text) > MOST_DOUBLE_DIGITS) return undefined;
  const decimal = Decimal.of(text.replace(/\.($|e)/i, '$1'));
  return decimal.abs().lt(ABSURD) ? formatDecimal(decimal) : undefined;
}

const decimal = z.union([z.string(), z.number()]).transform((value, context): string => {
  const text = decimalTextOf(value);
  if (text !== undefined) return text;
  context.addIssue({ code: 'custom', message: 'expected a number of sensible size' });
  return z.NEVER;
});

/** 0 or more, as text. */
export const amountField = decimal.refine((text) => !text.startsWith('-'), 'expected 0 or more');
/** Above 0, as text. */
export const positiveField = decimal.refine((text) => Decimal.of(text).gt(0), 'expected above 0');
/** An id of the venue: text, or a whole number that a double holds. */
export const idField = z
  .union([z.string().min(1).max(64), z.int().min(0)])
  .transform(String)
  .refine((id) => /^[\x21-\x7e]+$/.test(id), 'expected an id without blanks');
/** An id that may be left out, empty or null. */
export const optionalIdField = z.preprocess((value) => (value === '' ? undefined : value), idField.nullish());
/** Epoch ms. */
export const timeField = z.coerce
  .number()
  .refine((ms) => ms >= 1 && ms < LAST_MS, 'expected epoch milliseconds')
  .transform(Math.floor);
/** Epoch seconds with a fraction, as whole ms; computed exactly, or one in a few would be a ms early. */
export const secondsField = z
  .union([z.string(), z.number()])
  .transform((seconds) =>
    NUMBER.test(String(seconds)) ? Decimal.of(String(seconds)).times(1000).floor().toNumber() : 0,
  )
  .refine((ms) => ms > 0 && ms < LAST_MS, 'expected epoch seconds');
/** A time in ISO form, as epoch ms. */
export const isoTimeField = z
  .string()
  .max(40)
  .transform((text) => Date.parse(text))
  .refine((ms) => ms > 0 && ms < LAST_MS, 'expected a time such as 2026-01-01T00:00:00.000Z');

/** @throws TransientError `venue_unreadable` naming the field, for an answer that is not as the venue documents it. */
export function readReply<Schema extends z.ZodType>(what: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = [what, ...(issue?.path ?? [])].map(String).join('.');
  throw unreadable(`${where}: ${issue?.message ?? 'expected another form'}`);
}

/** A reply that cannot be understood: what it was to tell is not known, and may be asked again. */
export function unreadable(reason: string): TransientError {
  return new TransientError(`the venue's answer cannot be read: ${reason}`, { code: 'venue_unreadable' });
}

function digitsOf(text: string): number {
  return text
    .replace(/e.*$/i, '')
    .replace(/^-?0*\.?0*/, '')
    .replace('.', '').length;
}
