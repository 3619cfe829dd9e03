import { deskTools, type DeskReader, type DeskTool } from './desk-tools.js';

/** An answer to one posted JSON-RPC message. */
export interface DeskReply {
  readonly status: number;
  /** Absent for a notification. */
  readonly body?: unknown;
}

/**
 * Answers one message of the streamable HTTP transport, statelessly: server and transport live as long as the message.
 * The SDK is loaded at the first one.
 */
export async function serveDeskMessage(message: unknown, reader: DeskReader, version: string): Promise<DeskReply> {
  const [{ McpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/mcp.js'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
  ]);
  const server = new McpServer({ name: 'octant-desk', version });
  for (const tool of deskTools) {
    const { name, description, input } = tool;
    server.registerTool(
      name,
      { description, inputSchema: input, annotations: { readOnlyHint: true, openWorldHint: false } },
      (values: Readonly<Record<string, unknown>>) => answerOf(tool, values, reader),
    );
  }
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  try {
    await server.connect(transport);
    const request = new Request('http://desk/mcp', {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    const response = await transport.handleRequest(request, { parsedBody: message });
    const text = await response.text();
    return text === '' ? { status: response.status } : { status: response.status, body: JSON.parse(text) as unknown };
  } finally {
    await server.close();
  }
}

async function answerOf(tool: DeskTool, values: Readonly<Record<string, unknown>>, reader: DeskReader) {
  try {
    const answer = await tool.run(values, reader);
    return { content: [{ type: 'text' as const, text: JSON.stringify(answer) }], structuredContent: answer };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { content: [{ type: 'text' as const, text }], isError: true };
  }
}
