import type { Operations } from '@octant/platform/http/operation';
import type { PortfolioDesk } from '../book/desk.js';
import { holdingsView, valuedAt } from '../book/holdings-view.js';
import { pricesOf } from '../book/marks.js';

/** `GET /portfolio/holdings`. */
export function holdingsRoutes(desk: PortfolioDesk): Operations {
  return {
    getHoldings: () => {
      const marks = desk.marks.peek();
      const ledger = valuedAt(desk.books.peek().ledger, pricesOf(marks));
      return { status: 200, body: holdingsView(ledger, { marks, targets: desk.settings().targets }) };
    },
  };
}
