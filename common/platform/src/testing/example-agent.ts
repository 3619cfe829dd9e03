import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defineAgent, type AgentContext, type AgentWiring } from '../agent/definition.js';
import type { OperationRequest } from '../http/operation.js';

const exampleApi = `openapi: 3.0.3
info: { title: Octant example, version: 0.1.0 }
paths:
  /example/orders:
    post:
      operationId: createOrder
      security: [{ serviceToken: [] }]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [symbol, qty, side]
              properties:
                symbol: { type: string, minLength: 3 }
                qty: { type: number }
                side: { type: string, enum: [buy, sell] }
      responses:
        '201':
          description: Created.
          content:
            application/json:
              schema:
                type: object
                required: [orderId]
                properties: { orderId: { type: string } }
        default: { $ref: '#/components/responses/Problem' }
  /example/orders/{id}:
    get:
      operationId: getOrder
      security: []
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
        - { name: limit, in: query, schema: { type: integer, minimum: 1 } }
      responses:
        '200': { description: Found., content: { application/json: { schema: { type: object } } } }
        default: { $ref: '#/components/responses/Problem' }
  /example/upload:
    post:
      operationId: upload
      x-body-limit-bytes: 3000000
      security: []
      requestBody:
        required: true
        content: { application/json: { schema: { type: object } } }
      responses:
        '200': { description: Done., content: { application/json: { schema: { type: object } } } }
        default: { $ref: '#/components/responses/Problem' }
  /admin/example/halt:
    post:
      operationId: haltExample
      security: [{ adminToken: [] }]
      responses:
        '200': { description: Halted., content: { application/json: { schema: { type: object } } } }
        default: { $ref: '#/components/responses/Problem' }
components:
  securitySchemes:
    adminToken: { type: apiKey, in: header, name: X-Admin-Token }
    serviceToken: { type: apiKey, in: header, name: X-Service-Token }
  responses:
    Problem:
      description: Problem.
      content: { application/problem+json: { schema: { type: object } } }
`;

const exampleConfig = z.object({ threshold: z.number().min(0).max(1).default(0.5) });

/** Makes a folder with `openapi/example.yaml` and `config/agents/example.yaml`; the paths are what the variables want. */
export function exampleFolders(config = 'threshold: 0.6\n'): { OPENAPI_DIR: string; CONFIG_DIR: string } {
  const root = mkdtempSync(join(tmpdir(), 'octant-example-'));
  const folders = { OPENAPI_DIR: join(root, 'openapi'), CONFIG_DIR: join(root, 'config') };
  mkdirSync(folders.OPENAPI_DIR);
  mkdirSync(join(folders.CONFIG_DIR, 'agents'), { recursive: true });
  writeFileSync(join(folders.OPENAPI_DIR, 'example.yaml'), exampleApi);
  writeFileSync(join(folders.CONFIG_DIR, 'agents', 'example.yaml'), config);
  return folders;
}

const echo = (request: OperationRequest) => ({
  status: 200,
  body: {
    params: request.params,
    query: request.query,
    identity: request.identity,
    requestId: request.requestId,
    traceId: request.traceId,
    idempotencyKey: request.idempotencyKey ?? null,
  },
});

/** An agent with one operation of each kind; `change` replaces parts of its wiring. */
export function exampleAgent(
  change: (context: AgentContext<{ threshold: number }>) => Partial<AgentWiring> = () => ({}),
) {
  return defineAgent({
    name: 'example',
    config: { parse: (reader) => reader.file('agents/example.yaml', exampleConfig) },
    wire: (context) => ({
      consumes: [],
      operations: {
        createOrder: () => ({ status: 201, body: { orderId: 'o1' } }),
        getOrder: echo,
        upload: () => ({ status: 200, body: {} }),
        haltExample: echo,
      },
      ...change(context),
    }),
  });
}
