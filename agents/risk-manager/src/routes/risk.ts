import type { Publisher } from '@octant/platform/agent/definition';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Operation, OperationRequest } from '@octant/platform/http/operation';
import type { Clock } from '@octant/platform/time/clock';
import { UnknownSymbolError, resolveSymbol } from '@octant/trading/market/symbol';
import { riskExposure, type RiskRequest } from '@octant/trading/messages/risk';
import { PROFILE_SCALE } from '@octant/trading/portfolio/size-order';
import type { KeepEffects } from '../adapters/effect-outbox.js';
import type { ExposurePort } from '../adapters/desk-exposure.js';
import type { RiskConfig } from '../config.js';
import type { HaltView } from '../halt-view.js';
import { decideVerdict, type RiskQuestion, type Verdict } from '../verdict.js';
import { effectsOf } from '../verdict-effects.js';
import type { VerdictMemory } from '../verdict-memory.js';

export interface RiskRouteParts {
  readonly config: () => RiskConfig;
  readonly halts: HaltView;
  readonly memory: VerdictMemory;
  readonly exposures: ExposurePort;
  readonly bus: Publisher;
  /** Writes audit and notice of a verdict down before anybody hears of it. */
  readonly keep: KeepEffects;
  readonly clock: Clock;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** What the OpenAPI file lets through. */
type EvaluationBody = Pick<RiskRequest, 'symbol' | 'side' | 'confidence' | 'qty' | 'price'> &
  Partial<Pick<RiskRequest, 'requestId' | 'atMs' | 'haltVersion' | 'exposure' | 'sessionId' | 'traceId'>>;

type BareQuestion = Omit<RiskQuestion, 'exposure'>;

/** `POST /risk/evaluate`. */
export function evaluateRisk(parts: RiskRouteParts): Operation {
  return async (request) => {
    const body = request.body as EvaluationBody;
    const question = questionOf(body, request, parts);
    const halt = await parts.halts.knowing(body.haltVersion ?? 0);
    const remembered = parts.memory.find(question, halt.haltVersion);
    if (remembered === 'other') throw reusedId(question.requestId);
    const traceId = body.traceId ?? request.traceId;
    const verdict = remembered ?? (await judge({ question, exposure: body.exposure, traceId }, parts));
    const ts = new Date(parts.clock.now()).toISOString();
    const effects = effectsOf({ question, verdict, traceId, ts });
    if (remembered === undefined) await parts.keep(effects, traceId);
    await parts.bus.commit({ messages: effects, state: [] });
    if (remembered === undefined) {
      if (verdict.ok || verdict.code !== 'no_portfolio') parts.memory.put(question, verdict);
      parts.onVerdict(verdict);
    }
    return { status: 200, body: answerOf(question.requestId, verdict) };
  };
}

/** `GET /risk/limits`. */
export function getRiskLimits(parts: Pick<RiskRouteParts, 'config' | 'halts'>): Operation {
  return () => {
    const { policy, rules } = parts.config();
    const { maxPositionQuote, maxOrderQuote, maxDailyLossRatio } = policy;
    const riskProfiles = Object.fromEntries(
      Object.entries(PROFILE_SCALE).map(([profile, share]) => [profile, Number(share)]),
    );
    return {
      status: 200,
      body: {
        limits: { maxPositionQuote, maxOrderQuote, maxDailyLossRatio },
        rules,
        halt: parts.halts.current(),
        riskProfiles,
      },
    };
  };
}

function questionOf(body: EvaluationBody, request: OperationRequest, parts: RiskRouteParts): BareQuestion {
  const requestId = body.requestId ?? request.idempotencyKey ?? request.requestId;
  return {
    requestId,
    symbol: symbolOf(body.symbol, parts.config().symbols),
    side: body.side,
    confidence: body.confidence,
    qty: body.qty,
    price: body.price,
    atMs: body.atMs ?? parts.clock.now(),
    ...(body.sessionId === undefined ? {} : { sessionId: body.sessionId }),
  };
}

function symbolOf(text: string, symbols: readonly string[]): string {
  try {
    return resolveSymbol(text, symbols);
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbol: ${error.message}`, { code: 'unknown_symbol', status: 422, cause: error });
  }
}

async function judge(
  asked: { question: BareQuestion; exposure: RiskRequest['exposure'] | undefined; traceId: string },
  parts: RiskRouteParts,
): Promise<Verdict> {
  const { question, traceId } = asked;
  const { symbol, side } = question;
  const given = riskExposure.safeParse(asked.exposure);
  const answer = given.success ? { exposure: given.data } : await parts.exposures.ask({ symbol, side, traceId });
  // The command may have come while other agents were asked.
  const halt = parts.halts.current();
  if ('missing' in answer) {
    const reason = `the exposure is not known: ${answer.missing}`;
    return { ok: false, code: 'no_portfolio', reason, riskScore: 1, haltVersion: halt.haltVersion };
  }
  return decideVerdict({ ...question, exposure: answer.exposure }, halt, parts.config().policy);
}

function answerOf(requestId: string, verdict: Verdict): Record<string, unknown> {
  const { ok, riskScore } = verdict;
  return verdict.ok
    ? { requestId, ok, riskScore }
    : { requestId, ok, code: verdict.code, reason: verdict.reason, riskScore };
}

function reusedId(requestId: string): PermanentError {
  return new PermanentError(`requestId: expected the order that ${requestId} stood for before, was another one`, {
    code: 'request_id_reused',
    status: 409,
  });
}
