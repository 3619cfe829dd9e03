/** Every value of `MessageOutcome`. */
export const messageOutcomes = ['handled', 'duplicate', 'retried', 'dead_lettered'] as const;

/** How the bus was done with one delivery of a message; label `outcome` of `stream_messages_total`. */
export type MessageOutcome = (typeof messageOutcomes)[number];

/** What the bus tells the metrics. Stream names are without the desk's prefix; calls are synchronous and must not throw. */
export interface BusObserver {
  onOutcome(event: { readonly stream: string; readonly group: string; readonly outcome: MessageOutcome }): void;
  /** Seconds in the handler, once a run of it, failed ones too. */
  onHandled(event: { readonly stream: string; readonly group: string; readonly seconds: number }): void;
  onRequeued(event: { readonly stream: string }): void;
  /** Entries that trimming dropped although some group had not acknowledged them; always 0 unless the trim script is wrong. */
  onTrimmedUnread(event: { readonly stream: string; readonly count: number }): void;
}

/** Observes nothing. */
export const noObserver: BusObserver = {
  onOutcome: () => undefined,
  onHandled: () => undefined,
  onRequeued: () => undefined,
  onTrimmedUnread: () => undefined,
};
