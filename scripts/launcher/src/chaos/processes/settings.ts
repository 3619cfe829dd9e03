import { z } from 'zod';
import type { RootPlan } from '../plan/roots.js';

/** What a process of the run is told when it starts. */
export interface ChaosSettings {
  /** Name of the process, the same after every restart; also the instance of its bus. */
  readonly name: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly prefix: string;
  readonly schema: string;
  readonly plan: RootPlan;
  readonly providerUrl: string;
  /** File that it appends to what it does. */
  readonly eventFile: string;
  /** Producer only: roots a second, and the first root that is not known to be published. */
  readonly rate: number;
  readonly firstRoot: number;
}

/** What a process tells the run. */
export const childWord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), port: z.number().optional() }),
  /** All roots below are published. */
  z.object({ kind: z.literal('published'), below: z.number() }),
]);
export type ChildWord = z.infer<typeof childWord>;

/** What the run tells a process. */
export type EngineWord =
  | { readonly kind: 'settings'; readonly settings: ChaosSettings }
  /** Roots below may be published: the load does not run away from the faults. */
  | { readonly kind: 'limit'; readonly below: number };
