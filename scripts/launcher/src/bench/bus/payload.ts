import { z } from 'zod';

/** What the measured messages carry: a number, or the time of sending in µs, and filling up to the wanted size. */
export const payloadSchema = z.object({ n: z.string(), pad: z.string() });
export type MeasuredPayload = z.infer<typeof payloadSchema>;

const NUMBER_DIGITS = 16;

/** 16 digits, so that all payloads have one length. */
export function numberText(value: number): string {
  return String(value).padStart(NUMBER_DIGITS, '0');
}

/** Filling with which the payload's JSON has that many bytes. @throws RangeError when it has more without any. */
export function padOf(bytes: number): string {
  const missing = bytes - JSON.stringify({ n: numberText(0), pad: '' }).length;
  if (missing < 0) throw new RangeError(`expected a payload of at least ${bytes - missing} bytes, was ${bytes}`);
  return 'x'.repeat(missing);
}

/** µs of a clock that all processes of the machine share. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
