export interface InventoryEntry {
  readonly name: string;
  /** Absent: an optional integration's secret, empty until it is set. */
  readonly make?: () => string;
  readonly use: string;
}
export const inventory: readonly InventoryEntry[];
export const READERS_GID: number;
