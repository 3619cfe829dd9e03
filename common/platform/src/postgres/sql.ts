/** Rows of one statement. */
export interface SqlRows<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
}

/** Runs statements: the pool, or one open transaction. Values are always parameters (`$1`). `numeric` and `bigint` come back as strings. */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<SqlRows<Row>>;
}

export interface Database extends Sql {
  /** BEGIN, `work`, COMMIT; ROLLBACK when `work` throws. Connection failures are TransientError. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
}
