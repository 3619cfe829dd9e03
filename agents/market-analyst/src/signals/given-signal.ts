/** Which signal: the newest one of each is kept. */
export interface SignalKey {
  /** The data source's name. */
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly strategy: string;
}

export interface GivenSignal {
  readonly requestId: string;
  readonly sessionId: string;
  readonly side: 'buy' | 'sell';
  readonly confidence: number;
  readonly price: string;
  readonly closeTimeMs: number;
  /** ISO instant. */
  readonly givenAt: string;
}
