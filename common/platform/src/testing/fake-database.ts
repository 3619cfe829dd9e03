import { TransientError } from '../errors/errors.js';
import type { OpenDatabase } from '../postgres/open-database.js';
import type { Sql, SqlRows } from '../postgres/sql.js';

/** A database without Postgres for tests of what stands around it: every statement gives one row. */
export class FakeDatabase implements OpenDatabase {
  readonly calls: string[] = [];
  down = false;
  /** Whether the platform's tables are there. */
  migrated = true;

  query<Row>(text: string): Promise<SqlRows<Row>> {
    this.calls.push(text);
    return Promise.resolve({ rows: [{ found: this.migrated } as Row], rowCount: 1 });
  }
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return work(this);
  }
  ping(): Promise<void> {
    if (!this.down) return Promise.resolve();
    return Promise.reject(
      new TransientError('Postgres: expected an answer, was ECONNREFUSED', { code: 'postgres_down' }),
    );
  }
  end(): Promise<void> {
    this.calls.push('end');
    return Promise.resolve();
  }
}
