import { randomUUID } from 'node:crypto';
import type { Failpoint } from '../bus/crash-points.js';
import { PermanentError, TransientError } from '../errors/errors.js';
import type { Clock } from '../time/clock.js';
import { decideAfterFailedSend, decideNextStep, decideSend } from './decide-effect.js';
import type { EffectLeases, Grant, LeaseEnd, LeaseRequest } from './effect-leases.js';
import type { ExternalEffect } from './provider-effect.js';

const MOST_TURNS = 5;

/** What is known of an effect that happened; `sentAtMs` when this attempt asked for it. */
export interface KnownEffect<Confirmation> {
  readonly confirmation: Confirmation;
  readonly sentAtMs: number | undefined;
}

/** `answer`: an earlier attempt confirmed it. `go`: the lease is taken; what has to and may be done under it. */
export type TakenEffect =
  | { readonly step: 'answer'; readonly confirmation: unknown }
  | { readonly step: 'go'; readonly lookUp: boolean; readonly maySend: boolean };

/** One attempt at an external effect, with a fence token of its own. Used once: take, then look up, then send. */
export class EffectAttempt<Confirmation> {
  readonly #leases: EffectLeases;
  readonly #clock: Clock;
  readonly #effect: ExternalEffect<Confirmation>;
  readonly #request: LeaseRequest;
  readonly #failpoint: Failpoint | undefined;
  #grant: Grant = { grantedAtMs: 0, leaseUntilMs: 0, attempts: 0 };
  /** Before the grant was asked for, monotonic: time that is counted from here is never behind the database's. */
  #askedAtMs = 0;

  constructor(
    tools: { leases: EffectLeases; clock: Clock; owner: string; failpoint?: Failpoint },
    effect: ExternalEffect<Confirmation>,
  ) {
    this.#failpoint = tools.failpoint;
    this.#leases = tools.leases;
    this.#clock = tools.clock;
    this.#effect = effect;
    this.#request = {
      id: { provider: effect.provider.name, key: effect.key },
      owner: `${tools.owner}/${randomUUID()}`,
      terms: effect.provider,
    };
  }

  /** Takes the lease. @throws TransientError `effect_leased`; PermanentError `needs_reconciliation`. */
  async take(): Promise<TakenEffect> {
    const request = this.#request;
    for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
      if (await this.#granted(() => this.#leases.open(request))) return { step: 'go', lookUp: false, maySend: true };
      const seen = await this.#leases.find(request.id);
      if (seen === undefined) continue;
      const next = decideNextStep(seen.row, seen.nowMs, this.#effect.lookUp !== undefined);
      if (next.step === 'answer') return next;
      if (next.step === 'wait')
        throw this.#transient('effect_leased', 'a free lease of', { was: 'held by another attempt', waitMs: next.ms });
      if (next.step === 'reconcile' && seen.row.state === 'needs_reconciliation')
        throw this.#unknowable('was so before');
      if (!(await this.#granted(() => this.#leases.takeOver(request, seen.row)))) continue;
      if (next.step === 'reconcile')
        throw await this.giveUp('an earlier attempt has no known end, with nothing to look up');
      return { ...next, step: 'go' };
    }
    throw this.#transient('effect_leased', 'a free lease of', { was: 'taken by others again and again' });
  }

  /** Asks whether an earlier attempt had an effect; undefined = it had none. @throws TransientError `effect_look_up_failed`. */
  async lookUp(): Promise<KnownEffect<Confirmation> | undefined> {
    try {
      const answer = await this.#untilLeaseEnds(async () => this.#effect.lookUp?.(this.#effect.key));
      return answer?.outcome === 'found' ? { confirmation: answer.confirmation, sentAtMs: undefined } : undefined;
    } catch (error) {
      // Nothing of this attempt is under way, so the next one need not wait for the lease.
      await this.#end({ state: 'acquired', error: `look-up: ${textOf(error)}` });
      throw this.#transient('effect_look_up_failed', 'to look up', { was: textOf(error), cause: error });
    }
  }

  /** Asks for the effect. @throws what is said of `externalEffect`. */
  async send(): Promise<KnownEffect<Confirmation>> {
    const issued = await this.#issue();
    const { key } = this.#effect;
    try {
      const attempt = this.#grant.attempts;
      const confirmation = await this.#untilLeaseEnds((signal) =>
        this.#effect.send({ ...issued, key, attempt, signal }),
      );
      return { confirmation, sentAtMs: issued.issuedAtMs };
    } catch (error) {
      throw await this.#afterFailedSend(error, issued);
    }
  }

  /** Notes that nobody will find out; returns what to throw. */
  async giveUp(why: string, sent?: { sentAtMs: number; cause: unknown }): Promise<Error> {
    const error = sent === undefined ? why : textOf(sent.cause);
    const ended = await this.#end({ state: 'needs_reconciliation', error, sentAtMs: sent?.sentAtMs });
    return ended ? this.#unknowable(why, sent?.cause) : this.#lost();
  }

  /** The times of a request that cannot outlive the lease, which is renewed when too much of it has passed. */
  async #issue(): Promise<{ issuedAtMs: number; expiresAtMs: number | undefined }> {
    const { terms } = this.#request;
    let next = decideSend(terms, this.#grant.leaseUntilMs, this.#nowMs());
    for (let turn = 1; next.step === 'renew'; turn += 1) {
      if (turn > MOST_TURNS)
        throw this.#transient('effect_lease_lost', 'a lasting lease of', { was: 'over when it was renewed' });
      if (!(await this.#granted(() => this.#leases.renew(this.#request)))) throw this.#lost();
      next = decideSend(terms, this.#grant.leaseUntilMs, this.#nowMs());
    }
    return { issuedAtMs: next.issuedAtMs, expiresAtMs: next.expiresAtMs };
  }

  async #afterFailedSend(
    error: unknown,
    issued: { issuedAtMs: number; expiresAtMs: number | undefined },
  ): Promise<unknown> {
    const sentAtMs = issued.issuedAtMs;
    switch (decideAfterFailedSend(error, this.#effect.lookUp !== undefined)) {
      case 'not_done':
        return (await this.#end({ state: 'not_done', error: textOf(error), sentAtMs })) ? error : this.#lost();
      case 'reconcile':
        return this.giveUp(`${textOf(error)}, with nothing to look up`, {
          sentAtMs,
          cause: error,
        });
      case 'wait': {
        const { clockSkewMs, flightMs } = this.#request.terms;
        const leaseUntilMs =
          issued.expiresAtMs === undefined ? this.#grant.leaseUntilMs : issued.expiresAtMs + clockSkewMs + flightMs;
        await this.#end({ state: 'acquired', leaseUntilMs, error: textOf(error), sentAtMs });
        const waitMs = Math.max(0, leaseUntilMs - this.#nowMs());
        return this.#transient('effect_unknown', 'a known outcome of', { was: textOf(error), waitMs, cause: error });
      }
    }
  }

  async #granted(ask: () => Promise<Grant | undefined>): Promise<boolean> {
    const askedAtMs = this.#clock.monotonic();
    const grant = await ask();
    if (grant === undefined) return false;
    this.#grant = grant;
    this.#askedAtMs = askedAtMs;
    return true;
  }

  /** The database's time, or a little later. */
  #nowMs(): number {
    return this.#grant.grantedAtMs + this.#clock.monotonic() - this.#askedAtMs;
  }

  async #untilLeaseEnds<Result>(ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const late = new AbortController();
    const answered = new AbortController();
    const leaseEnd = this.#clock.sleep(this.#grant.leaseUntilMs - this.#nowMs(), answered.signal).then((): never => {
      late.abort();
      throw new Error('expected an answer before the end of the lease, was none');
    });
    leaseEnd.catch(() => undefined);
    try {
      return await Promise.race([ask(late.signal), leaseEnd]);
    } finally {
      answered.abort();
    }
  }

  async #end(end: LeaseEnd): Promise<boolean> {
    await this.#failpoint?.('external.failed');
    const ended = await this.#leases.end(this.#request, end);
    await this.#failpoint?.('external.noted');
    return ended;
  }

  #lost(): TransientError {
    return this.#transient('effect_lease_lost', 'the lease of', { was: 'taken over by another attempt' });
  }

  #transient(code: string, expected: string, but: { was: string; waitMs?: number; cause?: unknown }): TransientError {
    return new TransientError(`expected ${expected} ${this.#name()}, was ${but.was}`, {
      code,
      cause: but.cause,
      ...(but.waitMs === undefined ? {} : { retryAfterMs: Math.ceil(but.waitMs) }),
    });
  }

  #unknowable(why: string, cause?: unknown): PermanentError {
    return new PermanentError(
      `expected a known outcome of ${this.#name()}, was unknown: ${why}; it is not sent again`,
      { code: 'needs_reconciliation', cause },
    );
  }

  #name(): string {
    return `effect ${this.#effect.key} at ${this.#effect.provider.name}`;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
