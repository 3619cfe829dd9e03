import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Operations } from '@octant/platform/http/operation';
import { getInstrument } from '@octant/trading/market/instrument';
import type { OrderSide } from '@octant/trading/messages/envelope';
import { parseDecimal } from '@octant/trading/money/decimal';
import { sizingViewOf } from '@octant/trading/portfolio/exposure';
import { decideSize, type OpenOrder, type RiskProfile } from '@octant/trading/portfolio/size-order';
import { canonicalSymbol, type PortfolioDesk } from '../book/desk.js';
import { valuedAt } from '../book/holdings-view.js';
import { pricesOf } from '../book/marks.js';

interface SizeBody {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly confidence: number;
  readonly price: string;
  readonly asOf: number;
  /** Of a question that may be asked again: it is answered from the books as of `asOf`, whatever has been filled since. */
  readonly requestId?: string;
  readonly openOrders?: readonly OpenOrder[];
  readonly marks?: Readonly<Record<string, string>>;
  readonly strategy?: string;
}

/** A fill that was published a moment ago is booked in a few of these: cheaper to wait for than to ask again. */
const PATIENCE_MS = 25;

const DEFAULT_PROFILE: RiskProfile = 'conservative';

/** `POST /portfolio/size`: from memory, but for questions that fills have overtaken. */
export function sizeRoutes(desk: PortfolioDesk): Operations {
  return {
    sizeOrder: async (request) => {
      const body = request.body as SizeBody;
      const symbol = canonicalSymbol(desk, body.symbol);
      checkPrice(body.price);
      await desk.books.whenBooked(body.asOf, PATIENCE_MS);
      const known = desk.books.peek().ledger;
      if (known.lastFillSeq < body.asOf) throw behind(body.asOf, known.lastFillSeq);
      const isOver = body.requestId !== undefined && known.lastFillSeq > body.asOf;
      const ledger = isOver ? await desk.store.ledgerAt(body.asOf) : known;
      const { instruments, limits, cashBufferRatio, feesBps } = desk.settings();
      const valued = valuedAt(ledger, body.marks ?? pricesOf(desk.marks.peek()));
      const decision = decideSize({
        symbol,
        side: body.side,
        confidence: body.confidence,
        price: body.price,
        ledger: sizingViewOf(valued, symbol),
        openOrders: openOrdersOf(desk, body),
        instrument: getInstrument(instruments, symbol),
        limits,
        riskProfile: profileOf(desk, body.strategy),
        cashBufferRatio,
        feesBps,
      });
      return { status: 200, body: { ...decision, lastFillSeq: ledger.lastFillSeq } };
    },
  };
}

function openOrdersOf(desk: PortfolioDesk, body: SizeBody): readonly OpenOrder[] {
  return (body.openOrders ?? []).map((order) => ({ ...order, symbol: canonicalSymbol(desk, order.symbol) }));
}

function profileOf(desk: PortfolioDesk, strategy: string | undefined): RiskProfile {
  if (strategy === undefined) return DEFAULT_PROFILE;
  const { riskProfiles } = desk.settings();
  const profile = riskProfiles.get(strategy);
  if (profile !== undefined) return profile;
  const known = [...riskProfiles.keys()].join(', ');
  throw new PermanentError(`expected strategy to be one of ${known}, was ${strategy}`, { code: 'unknown_strategy' });
}

function checkPrice(price: string): void {
  if (parseDecimal(price).gt(0)) return;
  throw new PermanentError(`expected price above 0, was ${price}`, { code: 'bad_price' });
}

function behind(asOf: number, lastFillSeq: number): TransientError {
  return new TransientError(`expected fill ${String(asOf)} to be booked, was at ${String(lastFillSeq)}`, {
    code: 'behind',
    status: 409,
    retryAfterMs: 20,
    details: { lastFillSeq },
  });
}
