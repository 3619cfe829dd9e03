export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'min' | 'max';
export type CompareOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** An expression whose value is a double; NaN is "unknown". */
export type CelNumber =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'parameter'; readonly name: string }
  /** A value that changes from candle to candle; `back` candles ago. */
  | { readonly kind: 'series'; readonly key: string; readonly back: 0 | 1 }
  | { readonly kind: 'negate' | 'abs'; readonly of: CelNumber }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: CelNumber;
      readonly right: CelNumber;
    }
  | Choice<'number', CelNumber>;

/** An expression that is true, false or unknown; the last whenever it hangs on a NaN. */
export type CelCondition =
  | { readonly kind: 'truth'; readonly value: boolean }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: CelNumber;
      readonly right: CelNumber;
    }
  | { readonly kind: 'same'; readonly equal: boolean; readonly left: CelCondition; readonly right: CelCondition }
  | { readonly kind: 'and' | 'or'; readonly left: CelCondition; readonly right: CelCondition }
  | { readonly kind: 'not'; readonly of: CelCondition }
  | Choice<'condition', CelCondition>;

/** `when ? then : otherwise`; unknown when `when` is. */
export interface Choice<Of extends string, Branch> {
  readonly kind: `choose_${Of}`;
  readonly when: CelCondition;
  readonly then: Branch;
  readonly otherwise: Branch;
}

/** The series that an expression reads, each key once, and whether it reads any of them one candle back. */
export function seriesOf(expression: CelNumber | CelCondition): { keys: ReadonlySet<string>; looksBack: boolean } {
  const keys = new Set<string>();
  let looksBack = false;
  visit(expression, (one) => {
    if (one.kind !== 'series') return;
    keys.add(one.key);
    looksBack ||= one.back === 1;
  });
  return { keys, looksBack };
}

function visit(one: CelNumber | CelCondition, see: (one: CelNumber | CelCondition) => void): void {
  see(one);
  for (const part of Object.values(one) as unknown[]) {
    if (typeof part === 'object' && part !== null) visit(part as CelNumber | CelCondition, see);
  }
}
