/** How likely each misbehaviour is, 0 to 1. */
export interface VenueFaults {
  readonly notDone: number;
  readonly rejected: number;
  /** Lost on the way there: nothing happens, nobody hears. */
  readonly lostBefore: number;
  /** It happens, and nobody hears. */
  readonly lostAfter: number;
  /** It arrives late, perhaps too late, and nobody hears. */
  readonly late: number;
  /** It happens, and the adapter throws. */
  readonly throws: number;
  /** A question is not answered. */
  readonly silent: number;
  /** An event is lost, comes twice, or comes late. */
  readonly eventLost: number;
  readonly eventTwice: number;
  readonly eventLate: number;
  /** The rest of an order is cancelled by the venue. */
  readonly cutShort: number;
}

export const NO_FAULTS: VenueFaults = {
  notDone: 0,
  rejected: 0,
  lostBefore: 0,
  lostAfter: 0,
  late: 0,
  throws: 0,
  silent: 0,
  eventLost: 0,
  eventTwice: 0,
  eventLate: 0,
  cutShort: 0,
};

export const MANY_FAULTS: VenueFaults = {
  notDone: 0.06,
  rejected: 0.05,
  lostBefore: 0.08,
  lostAfter: 0.1,
  late: 0.1,
  throws: 0.04,
  silent: 0.12,
  eventLost: 0.2,
  eventTwice: 0.2,
  eventLate: 0.3,
  cutShort: 0.1,
};
