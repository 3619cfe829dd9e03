import type { Outgoing } from '../bus/message.js';
import type { Sql } from '../postgres/sql.js';
import type { ProviderTerms } from './decide-effect.js';

/** A request that may be sent now. */
export interface EffectRequest {
  /** Client id for the provider. */
  readonly key: string;
  /** Database's time, epoch ms: what the request must carry as its own time. */
  readonly issuedAtMs: number;
  /** The provider must refuse the request after it; undefined when the provider has no expiry. */
  readonly expiresAtMs: number | undefined;
  /** From 1. */
  readonly attempt: number;
  /** Aborts at the end of the lease; an answer after it is not waited for. */
  readonly signal: AbortSignal;
}

/** `not_found` is a successful answer "there is no such effect", never a failure to ask. */
export type LookUpAnswer<Confirmation> =
  { readonly outcome: 'found'; readonly confirmation: Confirmation } | { readonly outcome: 'not_found' };

/** An effect at a provider that knows neither our inbox nor our fences. */
export interface ExternalEffect<Confirmation> {
  readonly provider: ProviderTerms;
  /** Client id, a pure function of the intent. */
  readonly key: string;
  /**
   * Asks the provider for the effect, once. Throws PermanentError when the provider refused it conclusively (a "duplicate
   * key" is not a refusal), NotDoneError when it conclusively did nothing and may be asked again; whatever else it throws
   * means that the outcome is unknown.
   */
  readonly send: (request: EffectRequest) => Promise<Confirmation>;
  /** Asks for the effect by its key; whatever it throws means "not known". Without it an effect is requested at most once. */
  readonly lookUp?: (key: string) => Promise<LookUpAnswer<Confirmation>>;
  /**
   * Runs in the transaction that notes the confirmation and returns what is to be published. The confirmation has been
   * through JSON. Runs once per message: where several messages may carry one key, it gives its outputs ids made of the key.
   */
  readonly confirm?: (sql: Sql, confirmation: Confirmation) => Promise<readonly Outgoing[]> | readonly Outgoing[];
}
