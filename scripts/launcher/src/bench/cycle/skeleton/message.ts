/** The streams between a candle and its order, and those that end the step. */
export const STREAMS = [
  'market.candles',
  'orchestrator.commands',
  'analysis.signals',
  'analysis.progress',
  'risk.requests',
  'risk.responses',
  'exec.orders',
  'exec.status',
  'exec.progress',
] as const;
export type SkeletonStream = (typeof STREAMS)[number];

/** Table that the durable inserts go to, in the skeleton's schema. */
export const TABLE = 'bare_writes';

/** What a message is about, where its stream carries several kinds. */
export type Kind = 'analyze' | 'advance' | 'fill' | 'pending' | 'plain';

/** A message of the skeleton: enough to pass it on, and filled up to the size of the real one. */
export interface BareMessage {
  readonly step: number;
  readonly lastStep: number;
  /** Share of the steps in which the order before fills. */
  readonly fillRatio: number;
  readonly kind: Kind;
}

/** Characters. */
export interface MessageSizes {
  readonly messages: Readonly<Record<SkeletonStream, number>>;
  /** What the orchestrator writes down with each entry that it handles. */
  readonly state: number;
}

export function encodeBare(message: BareMessage, size: number): string {
  const bare = JSON.stringify({ ...message, fill: '' });
  return JSON.stringify({ ...message, fill: 'x'.repeat(Math.max(0, size - bare.length)) });
}

/** Whether the order before fills in this step: spread evenly over the steps. */
export function hasFill({ step, fillRatio }: Pick<BareMessage, 'step' | 'fillRatio'>): boolean {
  return step > 1 && Math.floor(step * fillRatio) > Math.floor((step - 1) * fillRatio);
}
