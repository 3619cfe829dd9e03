import { runVerdict } from '../chaos/run-verdict.js';
import { parseChaosOrdersFlags } from './command-line.js';
import { renderChaosOrders } from './result.js';
import { runChaosOrders } from './run-chaos-orders.js';

/** `npm run chaos:orders`. Resolves to the exit code: 0 when every order is accounted for, 1 when not. */
export function main(argv: readonly string[]): Promise<number> {
  return runVerdict({ parse: parseChaosOrdersFlags, run: runChaosOrders, render: renderChaosOrders }, argv);
}
