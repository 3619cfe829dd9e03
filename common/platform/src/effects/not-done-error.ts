import { TransientError } from '../errors/errors.js';

/**
 * Thrown by `send` of an external effect when the provider conclusively did nothing and may be asked again: a connection
 * that was refused before a byte went out, "too many requests". Never for a timeout, a reset or a 5xx: there the outcome
 * is unknown.
 */
export class NotDoneError extends TransientError {}
