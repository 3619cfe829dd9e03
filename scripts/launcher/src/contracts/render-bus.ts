import { defaultTuning } from '@octant/platform/bus/bus-tuning';
import { deadLetterFields, deadLetterReasons, entryFields } from '@octant/platform/bus/wire-fields';
import type { ContractFacts } from './contract-facts.js';
import type { DocumentedMember } from './documented-members.js';
import { code, duration, table } from './markdown.js';

/** Fields of an entry. */
export function renderEntryFields(): string {
  return table(['Field', 'Meaning'], fieldRows(entryFields));
}

/** Keys of a desk in Redis. */
export function renderKeys({ keys }: ContractFacts): string {
  const rows = keys.map(({ template, doc }) => [code(template ?? ''), doc]);
  return table(['Key', 'What it holds'], rows);
}

/** The numbers that the bus runs with. */
export function renderTuning({ tuning }: ContractFacts): string {
  return table(['Setting', 'Default', 'Meaning'], tuning.map(tuningRow));
}

function tuningRow({ name, doc }: DocumentedMember): string[] {
  const value: unknown = Reflect.get(defaultTuning, name);
  if (typeof value !== 'number') throw new Error(`defaultTuning.${name}: expected a number, was ${String(value)}`);
  return [code(name), name.endsWith('Ms') ? duration(value) : String(value), doc];
}

/** Fields and reasons of dead letters. */
export function renderDeadLetter(): string {
  const reasons = Object.entries(deadLetterReasons).map(([reason, meaning]) => [code(reason), meaning]);
  return [table(['Field', 'Meaning'], fieldRows(deadLetterFields)), table(['Reason', 'Meaning'], reasons)].join('\n\n');
}

/** One table for each script or step. */
export function renderCrashPoints({ crashPoints }: ContractFacts): string {
  const steps = new Map<string, string[][]>();
  for (const [point, meaning] of Object.entries(crashPoints)) {
    const [step = '', boundary = ''] = point.split('.');
    const rows = steps.get(step) ?? [];
    rows.push([code(`${step}.${boundary}`), meaning]);
    steps.set(step, rows);
  }
  return [...steps]
    .map(([step, rows]) => `### Crash points of ${code(step)}\n\n${table(['Point', 'What holds there'], rows)}`)
    .join('\n\n');
}

function fieldRows(fields: Readonly<Record<string, string>>): string[][] {
  return Object.entries(fields).map(([name, meaning]) => [code(name), meaning]);
}
