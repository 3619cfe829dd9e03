import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

/** A real MCP server (the SDK's) on HTTP that counts the calls of its tools. */
export class McpDouble {
  /** Calls by tool. */
  readonly calls: Record<string, number> = {};
  /** Values of `Authorization`. */
  readonly authorizations = new Set<string | undefined>();
  #release: () => void = () => undefined;
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/mcp`;
  }

  close(): void {
    this.#release();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(
    ...[request, response]: Parameters<Extract<Parameters<typeof createServer>[1], (...args: never[]) => void>>
  ) {
    this.authorizations.add(request.headers.authorization);
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const server = this.#mcpServer();
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => {
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(request, response);
  }

  #mcpServer(): McpServer {
    const server = new McpServer({ name: 'double', version: '1.2.3' });
    const count = (tool: string) => {
      this.calls[tool] = (this.calls[tool] ?? 0) + 1;
    };
    server.registerTool('echo', { description: 'Says it again.', inputSchema: { text: z.string() } }, ({ text }) => {
      count('echo');
      return { content: [{ type: 'text', text }] };
    });
    server.registerTool('flood', { inputSchema: {} }, () => {
      count('flood');
      return { content: [{ type: 'text', text: 'x'.repeat(100_000) }] };
    });
    server.registerTool('complain', { inputSchema: {} }, () => {
      count('complain');
      return { content: [{ type: 'text', text: 'not today' }], isError: true };
    });
    server.registerTool('stall', { inputSchema: {} }, async () => {
      count('stall');
      await this.#released;
      return { content: [] };
    });
    server.registerTool('forbidden', { inputSchema: {} }, () => {
      count('forbidden');
      return { content: [] };
    });
    return server;
  }
}
