import { findProgram, foldersOfPath } from '../../../scripts/launcher/src/servers/find-program.js';

/** Programs of the monitoring that tests run where they are to be had, with the variable that names each. */
const PROGRAMS = {
  prometheus: 'PROMETHEUS_BIN',
  promtool: 'PROMTOOL_BIN',
  alertmanager: 'ALERTMANAGER_BIN',
  amtool: 'AMTOOL_BIN',
  loki: 'LOKI_BIN',
} as const;
export type ProgramName = keyof typeof PROGRAMS;

export interface FoundProgram {
  /** Empty where it is absent: then its tests are skipped. */
  readonly path: string;
  readonly isAbsent: boolean;
  /** For a test's name: what it needs. */
  readonly needs: string;
}

/** The program that the variable names, else the one on the PATH. */
export function programOf(name: ProgramName): FoundProgram {
  const variable = PROGRAMS[name];
  const path = process.env[variable] ?? findProgram(name, foldersOfPath(process.env['PATH']));
  return { path: path ?? '', isAbsent: path === undefined, needs: `needs ${name}: ${variable} or on the PATH` };
}
