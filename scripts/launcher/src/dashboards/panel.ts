/** Units of Grafana that the dashboards use. */
export const UNITS = [
  'none',
  'short',
  's',
  'percentunit',
  'bytes',
  'ops',
  'reqps',
  'cps',
  'currencyUSD',
  'dateTimeFromNow',
] as const;
export type Unit = (typeof UNITS)[number];

export type PanelKind = 'stat' | 'timeseries' | 'table';

export interface Query {
  /** PromQL; `$__rate_interval` is Grafana's. */
  readonly expr: string;
  /** Legend, with labels in double braces. */
  readonly legend?: string;
}

/** From this value on, this colour. */
export interface Step {
  readonly from: number;
  readonly color: 'green' | 'orange' | 'red';
}

export interface Panel {
  readonly kind: PanelKind;
  readonly title: string;
  /** What it shows and what is normal: the text behind the (i). */
  readonly about: string;
  readonly unit: Unit;
  /** Columns of 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  readonly steps?: readonly Step[];
  /** Words that stand for values. */
  readonly words?: Readonly<Record<string, string>>;
  readonly decimals?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Board {
  /** Fixed: links name it. */
  readonly uid: string;
  readonly file: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Row[];
}

type Look = Pick<Panel, 'title' | 'about' | 'unit'> & Partial<Pick<Panel, 'width' | 'steps' | 'words' | 'decimals'>>;

/** One number, a sixth of the width. */
export function stat(look: Look, expr: string): Panel {
  return { kind: 'stat', width: 4, ...look, queries: [{ expr }] };
}

/** Lines over time, a third of the width. */
export function lines(look: Look, ...queries: readonly Query[]): Panel {
  return { kind: 'timeseries', width: 8, ...look, queries };
}

/** What holds now, a row each, half of the width. */
export function table(look: Look, expr: string): Panel {
  return { kind: 'table', width: 12, ...look, queries: [{ expr }] };
}

/** Green, orange and red from two limits on. */
export function rising(orange: number, red: number): readonly Step[] {
  return [
    { from: 0, color: 'green' },
    { from: orange, color: 'orange' },
    { from: red, color: 'red' },
  ];
}

/** Red below a limit. */
export function atLeast(limit: number): readonly Step[] {
  return [
    { from: 0, color: 'red' },
    { from: limit, color: 'green' },
  ];
}

/** Quantiles of a histogram, a line each. */
export function quantilesOf(metric: string, quantiles: readonly number[] = [0.5, 0.95, 0.99]): readonly Query[] {
  return quantiles.map((quantile) => ({
    expr: `histogram_quantile(${String(quantile)}, sum by (le) (rate(${metric}_bucket[$__rate_interval])))`,
    legend: `${String(quantile * 100)} %`,
  }));
}
