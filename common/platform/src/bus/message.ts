/** A message to publish. */
export interface Outgoing {
  readonly stream: string;
  readonly type: string;
  /** JSON object of the `data` field. */
  readonly payload: Readonly<Record<string, unknown>>;
  /**
   * Message id, a pure function of the business intent. A handler's outputs may leave it out: the bus derives it from
   * the input's id and the output's index. Whoever publishes a root must give it.
   */
  readonly id?: string;
}

/** A message as a handler gets it, parsed by the subscription's schema. */
export interface Incoming<Payload> {
  /** Message id: the same for every delivery of the message. */
  readonly id: string;
  readonly stream: string;
  readonly entryId: string;
  readonly payload: Payload;
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string;
  /** Deliveries of this entry to its group so far, from 1. */
  readonly deliveries: number;
}

/** A versioned value of the state store that is written in the same script as outputs and acknowledgement. */
export interface StateWrite {
  readonly key: string;
  /** Version that was read; 0 = the key must be absent. A different one in the store makes the commit `STALE`. */
  readonly expectedVersion: number;
  /** JSON value; `null` deletes the key. */
  readonly value: unknown;
}

export interface StateEntry<Value> {
  /** 0 when absent. */
  readonly version: number;
  readonly value: Value | undefined;
}

export interface StateReader {
  read<Value>(key: string): Promise<StateEntry<Value>>;
}
