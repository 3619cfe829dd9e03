import type { EffectRow } from '../effects/decide-effect.js';
import type { EffectId, EffectLeases, Grant, LeaseEnd, LeaseRequest } from '../effects/effect-leases.js';

/** Rows of external effects in memory, at the time that `now` tells, epoch ms; for tests with a virtual clock. */
export class MemoryEffectLeases implements EffectLeases {
  readonly #now: () => number;
  readonly #rows = new Map<string, EffectRow>();

  constructor(now: () => number) {
    this.#now = now;
  }

  open(request: LeaseRequest): Promise<Grant | undefined> {
    if (this.#rows.has(rowKey(request.id))) return Promise.resolve(undefined);
    return Promise.resolve(this.#grant(request, { attempts: 1, expiring: true }));
  }

  find(id: EffectId): Promise<{ row: EffectRow; nowMs: number } | undefined> {
    const row = this.#rows.get(rowKey(id));
    return Promise.resolve(row && { row, nowMs: this.#now() });
  }

  takeOver(request: LeaseRequest, seen: EffectRow): Promise<Grant | undefined> {
    const row = this.#rows.get(rowKey(request.id));
    const same = row?.owner === seen.owner && row.state === seen.state;
    if (!same || (row.state === 'acquired' && row.leaseUntilMs > this.#now())) return Promise.resolve(undefined);
    const expiring = row.state === 'not_done' || (row.state === 'acquired' && row.requestsExpireAtMs !== null);
    return Promise.resolve(this.#grant(request, { attempts: row.attempts + 1, expiring }));
  }

  renew(request: LeaseRequest): Promise<Grant | undefined> {
    const row = this.#held(request);
    return Promise.resolve(row && this.#grant(request, { attempts: row.attempts, expiring: true }));
  }

  end(request: LeaseRequest, end: LeaseEnd): Promise<boolean> {
    const row = this.#held(request);
    if (row === undefined) return Promise.resolve(false);
    const leaseUntilMs = Math.min(row.leaseUntilMs, end.leaseUntilMs ?? this.#now());
    this.#rows.set(rowKey(request.id), { ...row, state: end.state, leaseUntilMs });
    return Promise.resolve(true);
  }

  confirm(_sql: unknown, id: EffectId, found: { confirmation: unknown }): Promise<unknown> {
    const row = this.#rows.get(rowKey(id));
    if (row === undefined) return Promise.reject(new Error(`expected a row of effect ${id.key}, was none`));
    const confirmation =
      row.state === 'confirmed' ? row.confirmation : (JSON.parse(JSON.stringify(found.confirmation)) as unknown);
    this.#rows.set(rowKey(id), { ...row, state: 'confirmed', confirmation });
    return Promise.resolve(confirmation);
  }

  #held({ id, owner }: LeaseRequest): EffectRow | undefined {
    const row = this.#rows.get(rowKey(id));
    return row?.owner === owner && row.state === 'acquired' ? row : undefined;
  }

  #grant({ id, owner, terms }: LeaseRequest, lease: { attempts: number; expiring: boolean }): Grant {
    const { attempts } = lease;
    const grantedAtMs = this.#now();
    const leaseUntilMs = grantedAtMs + terms.leaseMs;
    const requestsExpireAtMs =
      lease.expiring && terms.expiryMs !== undefined ? leaseUntilMs - terms.clockSkewMs - terms.flightMs : null;
    this.#rows.set(rowKey(id), {
      state: 'acquired',
      owner,
      leaseUntilMs,
      requestsExpireAtMs,
      attempts,
      confirmation: null,
    });
    return { grantedAtMs, leaseUntilMs, attempts };
  }
}

function rowKey({ provider, key }: EffectId): string {
  return `${provider}\n${key}`;
}
