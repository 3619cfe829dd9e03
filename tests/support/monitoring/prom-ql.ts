import { parser } from '@prometheus-io/lezer-promql';

export interface ParsedQuery {
  /** Metrics that it reads, sorted, each once. */
  readonly metrics: readonly string[];
  /** Where it is no PromQL: the text around it. */
  readonly faults: readonly string[];
}

/** Reads a PromQL expression by the grammar of Prometheus' own editor. Grafana's variables stand for a duration. */
export function parseQuery(expression: string): ParsedQuery {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const metrics = new Set<string>();
  const faults: string[] = [];
  parser.parse(text).iterate({
    enter: ({ node, type, from, to }) => {
      if (type.isError) faults.push(text.slice(Math.max(0, from - 10), to + 10));
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector') metrics.add(text.slice(from, to));
    },
  });
  return { metrics: [...metrics].sort(), faults };
}
