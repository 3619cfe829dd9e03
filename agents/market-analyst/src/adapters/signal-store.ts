import type { Database } from '@octant/platform/postgres/sql';
import type { GivenSignal, SignalKey } from '../signals/given-signal.js';

export interface SignalStore {
  save(signals: readonly { key: SignalKey; signal: GivenSignal }[]): Promise<void>;
  find(key: SignalKey): Promise<GivenSignal | undefined>;
}

interface SignalRow {
  request_id: string;
  session_id: string;
  side: 'buy' | 'sell';
  confidence: number;
  price: string;
  close_time_ms: string;
  given_at: Date;
}

const COLUMNS = 'request_id, session_id, side, confidence, price, close_time_ms, given_at';

export function signalStore(database: Database): SignalStore {
  return {
    async save(signals) {
      const keys = (['source', 'symbol', 'timeframe', 'strategy'] as const).map((f) =>
        signals.map(({ key }) => key[f]),
      );
      const values = (['requestId', 'sessionId', 'side', 'confidence', 'price', 'closeTimeMs', 'givenAt'] as const).map(
        (field) => signals.map(({ signal }) => signal[field]),
      );
      await database.query(
        `INSERT INTO last_signals (source, symbol, timeframe, strategy, ${COLUMNS})
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                              $8::float8[], $9::numeric[], $10::bigint[], $11::timestamptz[])
         ON CONFLICT (source, symbol, timeframe, strategy) DO UPDATE
           SET (${COLUMNS}) = (excluded.request_id, excluded.session_id, excluded.side, excluded.confidence,
                               excluded.price, excluded.close_time_ms, excluded.given_at)`,
        [...keys, ...values],
      );
    },
    async find({ source, symbol, timeframe, strategy }) {
      const { rows } = await database.query<SignalRow>(
        `SELECT ${COLUMNS} FROM last_signals
          WHERE source = $1 AND symbol = $2 AND timeframe = $3 AND strategy = $4`,
        [source, symbol, timeframe, strategy],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      return {
        requestId: row.request_id,
        sessionId: row.session_id,
        side: row.side,
        confidence: row.confidence,
        price: row.price,
        closeTimeMs: Number(row.close_time_ms),
        givenAt: new Date(row.given_at).toISOString(),
      };
    },
  };
}
