import type { ApiDocument } from './open-api-document.js';
import type { Operations } from './operation.js';

/** Served by the platform itself. */
const platformOperations: ReadonlySet<string> = new Set(['getHealth', 'getLivez', 'getMetrics']);

/**
 * Checks that handlers and operations of the file are the same set.
 * @throws Error naming every operation without a handler and every handler without an operation.
 */
export function checkOperations(document: ApiDocument, operations: Operations, agent: string): void {
  const declared = document.operations.map((operation) => operation.operationId);
  const missing = declared.filter((id) => !platformOperations.has(id) && !Object.hasOwn(operations, id));
  const superfluous = Object.keys(operations).filter((id) => !declared.includes(id) || platformOperations.has(id));
  const problems = [
    ...missing.map((id) => `expected a handler for operation ${id}, was none`),
    ...superfluous.map((id) => `expected an operation ${id} in the file, was only a handler`),
  ];
  if (problems.length > 0) throw new Error(`openapi/${agent}.yaml: ${problems.join('; ')}`);
}
