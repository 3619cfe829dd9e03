import { Decimal } from '@octant/trading/money/decimal';

/** With exactly so many decimal places, cut: `0.00100000`. */
export function fixedPlaces(value: Decimal | undefined, places = 8): string {
  const [whole = '0', fraction = ''] = (value ?? Decimal.of(0)).toFixed().split('.');
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}
