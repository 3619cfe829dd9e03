/** What is measured side by side, from the limit to the most work. */
export const RATE_CASES = [
  'raw',
  'raw-output',
  'bus-bare',
  'bus-exactly-once',
  'bus-inbox',
  'bullmq-bare',
  'bullmq-equal',
] as const;
export type RateCase = (typeof RATE_CASES)[number];

/** What else there is to know of the bus. */
export const FURTHER_PARTS = ['latency', 'long-stream', 'many-streams', 'memory'] as const;
export type FurtherPart = (typeof FURTHER_PARTS)[number];

export type PartName = RateCase | FurtherPart;
export const PARTS: readonly PartName[] = [...RATE_CASES, ...FURTHER_PARTS];

/** For people; also the beginning of a figure's name. */
export const CASE_WORDS: Readonly<Record<RateCase, string>> = {
  raw: 'raw loop',
  'raw-output': 'raw loop with an output',
  'bus-bare': 'bus, bare',
  'bus-exactly-once': 'bus, exactly once with an output',
  'bus-inbox': 'bus, PostgreSQL inbox with an output',
  'bullmq-bare': 'BullMQ, bare',
  'bullmq-equal': 'BullMQ, equal work',
};

/** Redis' `appendfsync`. */
export const DURABILITIES = ['everysec', 'always'] as const;
export type Durability = (typeof DURABILITIES)[number];

/** Of a payload's JSON. */
export const PAYLOAD_BYTES = [256, 1024] as const;

/** One line of the side-by-side comparison. */
export interface Setting {
  readonly rateCase: RateCase;
  readonly bytes: number;
  readonly durability: Durability;
}

export function settingName({ rateCase, ...conditions }: Setting): string {
  return `${CASE_WORDS[rateCase]}, ${conditionsName(conditions)}`;
}

export function conditionsName({ bytes, durability }: Omit<Setting, 'rateCase'>): string {
  return `${bytes === 1024 ? '1 KB' : `${bytes} B`}, ${durability}`;
}
