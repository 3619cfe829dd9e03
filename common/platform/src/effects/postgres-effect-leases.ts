import type { Sql } from '../postgres/sql.js';
import type { EffectRow, EffectState, ProviderTerms } from './decide-effect.js';
import type { EffectId, EffectLeases, Grant, LeaseEnd, LeaseRequest } from './effect-leases.js';

interface RawGrant {
  granted_at_ms: number;
  lease_until_ms: number;
  attempts: number;
}

interface RawRow {
  state: EffectState;
  owner: string;
  lease_until_ms: number;
  requests_expire_at_ms: number | null;
  attempts: number;
  confirmation: unknown;
  now_ms: number;
}

const epochMs = (what: string) => `(extract(epoch FROM ${what}) * 1000)::float8`;
const sinceEpoch = (ms: string) => `to_timestamp(${ms}::float8 / 1000)`;
const after = (ms: string) => `now() + make_interval(secs => ${ms}::float8 / 1000)`;
const GRANT = `${epochMs('now()')} AS granted_at_ms, ${epochMs('lease_until')} AS lease_until_ms, attempts`;

/** External effects in the table `external_effects`; every method but `confirm` is one statement of its own. */
export function postgresEffectLeases(sql: Sql): EffectLeases {
  const granted = async (text: string, values: readonly unknown[]): Promise<Grant | undefined> => {
    const { rows } = await sql.query<RawGrant>(`${text} RETURNING ${GRANT}`, values);
    return rows[0] && grantOf(rows[0]);
  };
  return {
    open: ({ id, owner, terms }) =>
      granted(
        `INSERT INTO external_effects (provider, effect_key, state, owner, lease_until, requests_expire_at)
         VALUES ($1, $2, 'acquired', $3, ${after('$4')}, ${after('$5')})
         ON CONFLICT DO NOTHING`,
        [id.provider, id.key, owner, terms.leaseMs, longestRequestMs(terms)],
      ),
    find: (id) => find(sql, id),
    // An earlier request that never expires stays noted: nothing is sent under such a lease.
    takeOver: ({ id, owner, terms }, seen) =>
      granted(
        `UPDATE external_effects
         SET state = 'acquired', owner = $3, lease_until = ${after('$4')}, attempts = attempts + 1, updated_at = now(),
             requests_expire_at = CASE WHEN $7::boolean THEN ${after('$5')} END
         WHERE provider = $1 AND effect_key = $2 AND owner = $6 AND state = $8
           AND (state <> 'acquired' OR lease_until <= now())`,
        [
          id.provider,
          id.key,
          owner,
          terms.leaseMs,
          longestRequestMs(terms),
          seen.owner,
          seen.state === 'not_done' || (seen.state === 'acquired' && seen.requestsExpireAtMs !== null),
          seen.state,
        ],
      ),
    renew: ({ id, owner, terms }) =>
      granted(
        `UPDATE external_effects
         SET lease_until = ${after('$4')}, requests_expire_at = ${after('$5')}, updated_at = now()
         WHERE provider = $1 AND effect_key = $2 AND owner = $3 AND state = 'acquired'`,
        [id.provider, id.key, owner, terms.leaseMs, longestRequestMs(terms)],
      ),
    end: (request, ended) => end(sql, request, ended),
    confirm,
  };
}

async function find(sql: Sql, id: EffectId): Promise<{ row: EffectRow; nowMs: number } | undefined> {
  const { rows } = await sql.query<RawRow>(
    `SELECT state, owner, ${epochMs('lease_until')} AS lease_until_ms, attempts, confirmation,
            ${epochMs('requests_expire_at')} AS requests_expire_at_ms, ${epochMs('now()')} AS now_ms
     FROM external_effects WHERE provider = $1 AND effect_key = $2`,
    [id.provider, id.key],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    row: {
      state: row.state,
      owner: row.owner,
      leaseUntilMs: row.lease_until_ms,
      requestsExpireAtMs: row.requests_expire_at_ms,
      attempts: row.attempts,
      confirmation: row.confirmation,
    },
    nowMs: row.now_ms,
  };
}

async function end(sql: Sql, { id, owner }: LeaseRequest, ended: LeaseEnd): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE external_effects
     SET state = $4, last_error = $5, updated_at = now(),
         lease_until = least(lease_until, coalesce(${sinceEpoch('$6')}, now())),
         last_sent_at = coalesce(${sinceEpoch('$7')}, last_sent_at)
     WHERE provider = $1 AND effect_key = $2 AND owner = $3 AND state = 'acquired'`,
    [id.provider, id.key, owner, ended.state, ended.error, ended.leaseUntilMs ?? null, ended.sentAtMs ?? null],
  );
  return rowCount > 0;
}

async function confirm(
  sql: Sql,
  id: EffectId,
  found: { confirmation: unknown; sentAtMs: number | undefined },
): Promise<unknown> {
  const { rows } = await sql.query<{ confirmation: unknown }>(
    `UPDATE external_effects
     SET state = 'confirmed', confirmation = CASE WHEN state = 'confirmed' THEN confirmation ELSE $3::jsonb END,
         last_sent_at = coalesce(${sinceEpoch('$4')}, last_sent_at), last_error = NULL, updated_at = now()
     WHERE provider = $1 AND effect_key = $2
     RETURNING confirmation`,
    [id.provider, id.key, JSON.stringify(found.confirmation), found.sentAtMs ?? null],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`expected a row of effect ${id.key} at ${id.provider}, was none`);
  return row.confirmation;
}

/** Until when, from the grant, the provider may accept a request of the lease; null for ever. */
function longestRequestMs(terms: ProviderTerms): number | null {
  return terms.expiryMs === undefined ? null : terms.leaseMs - terms.clockSkewMs - terms.flightMs;
}

function grantOf(row: RawGrant): Grant {
  return { grantedAtMs: row.granted_at_ms, leaseUntilMs: row.lease_until_ms, attempts: row.attempts };
}
