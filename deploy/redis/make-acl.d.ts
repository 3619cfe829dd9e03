export const dataPath: Readonly<
  Record<string, { readonly reads: Readonly<Record<string, string>>; readonly publishes: readonly string[] }>
>;
export function makeAcl(): string;
