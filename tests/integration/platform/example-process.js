// The process of an agent for the tests of runAgent: a stream with a slow handler, and ways to fail.
import { runAgent } from '@octant/platform/agent/run-agent';
import { subscription } from '@octant/platform/bus/subscription';
import { exampleAgent } from '@octant/platform/testing/example-agent';
import { z } from 'zod';

const waits = {
  quick: () => Promise.resolve(),
  slow: () => new Promise((resolve) => setTimeout(resolve, 400)),
  endless: () => new Promise(() => undefined),
};

const failures = {
  throw: () => setTimeout(() => nowhere()),
  reject: () => void Promise.reject(new Error('nobody awaits this')),
};

function nowhere() {
  throw new Error('thrown where nobody catches');
}

await runAgent(
  exampleAgent((context) => ({
    consumes: [
      subscription({
        stream: 'work',
        group: 'example',
        schema: z.looseObject({ kind: z.enum(['quick', 'slow', 'endless']) }),
        handle: async ({ payload }) => {
          context.logger.info({ kind: payload.kind, threshold: context.config.current().threshold }, 'handling');
          await waits[payload.kind]();
          return { messages: [{ stream: 'done', type: 'done', payload: { kind: payload.kind } }] };
        },
      }),
    ],
    operations: {
      createOrder: () => ({ status: 201, body: { orderId: 'o1' } }),
      getOrder: () => ({ status: 200, body: {} }),
      upload: ({ body }) => {
        failures[body.fail]?.();
        return { status: 200, body: {} };
      },
      haltExample: () => ({ status: 200, body: {} }),
    },
  })),
);
