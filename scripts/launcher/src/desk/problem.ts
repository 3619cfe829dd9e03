import { z } from 'zod';

const problemBody = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
});

/** An agent answered with an error. */
export class AgentAnswerError extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(options: { call: string; status: number; body: unknown }) {
    const problem = problemBody.safeParse(options.body);
    const { title, detail, code } = problem.success ? problem.data : {};
    super(`${options.call}: ${options.status} ${detail ?? title ?? 'without a reason'}`);
    this.name = 'AgentAnswerError';
    this.status = options.status;
    this.code = code;
  }
}
