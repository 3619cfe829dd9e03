import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import Table from 'cli-table3';
import { medianOf } from './quantile.js';

/** One figure: the median of its runs. */
export interface BenchCase {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly runs: readonly number[];
}

/** A figure beside what it should be. */
export interface BenchRatio {
  readonly name: string;
  readonly value: number;
  /** In words: `<= 15`. */
  readonly aim: string;
  readonly met: boolean;
}

/** Where it was measured, and how busy that was at the beginning. */
export interface Machine {
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly node: string;
  /** Of the minute before the run; much above 0 says that others were at work. */
  readonly loadBefore: number;
}

/** What a benchmark prints with `--json`. */
export interface BenchResult {
  readonly bench: string;
  readonly machine: Machine;
  readonly cases: readonly BenchCase[];
  readonly ratios: readonly BenchRatio[];
}

export interface Aim {
  readonly sign: '<=' | '>=';
  readonly limit: number;
}

export function describeMachine(): Machine {
  return {
    system: `${type()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    node: process.versions.node,
    loadBefore: rounded(loadavg()[0] ?? 0),
  };
}

/** Collects the runs of each case, and sets them against aims. */
export class BenchSheet {
  readonly #runs = new Map<string, { unit: string; runs: number[] }>();
  readonly #ratios: BenchRatio[] = [];

  add(name: string, unit: string, run: number): void {
    const kept = this.#runs.get(name) ?? { unit, runs: [] };
    kept.runs.push(rounded(run));
    this.#runs.set(name, kept);
  }

  /** Median of the case's runs. @throws RangeError when it has none. */
  value(name: string): number {
    return medianOf(this.#runs.get(name)?.runs ?? []);
  }

  judge(name: string, value: number, { sign, limit }: Aim): void {
    const met = sign === '<=' ? value <= limit : value >= limit;
    this.#ratios.push({ name, value: rounded(value), aim: `${sign} ${limit}`, met });
  }

  result(bench: string, machine: Machine): BenchResult {
    const cases = [...this.#runs].map(([name, { unit, runs }]) => ({
      name,
      value: rounded(medianOf(runs)),
      unit,
      runs,
    }));
    return { bench, machine, cases, ratios: this.#ratios };
  }
}

/** For people: a table of the figures, and one of the aims. */
export function renderResult({ machine, cases, ratios }: BenchResult): string {
  const style = { head: [], border: [] };
  const figures = new Table({ head: ['Figure', 'Median', 'Unit', 'Runs'], style });
  for (const { name, value, unit, runs } of cases) figures.push([name, String(value), unit, runs.join(', ')]);
  const aims = new Table({ head: ['Aim', 'Value', 'Wanted', 'Met'], style });
  for (const { name, value, aim, met } of ratios) aims.push([name, String(value), aim, met ? 'yes' : 'no']);
  const { cpu, cores, memoryMb, node, system, loadBefore } = machine;
  const where = `${cores} x ${cpu}, ${memoryMb} MB, Node ${node}, ${system}, load before ${loadBefore}`;
  return [where, figures.toString(), aims.toString()].join('\n');
}

/** To two decimals, or two digits where that is more. */
function rounded(value: number): number {
  return Math.abs(value) < 0.1 ? Number(value.toPrecision(2)) : Math.round(value * 100) / 100;
}
