// A real MCP server on its standard streams, for the tests: says which variables of its environment it sees.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'stdio-double', version: '3.2.1' });
server.registerTool('environment', { inputSchema: {} }, () => ({
  content: [{ type: 'text', text: Object.keys(process.env).sort().join(' ') }],
}));
await server.connect(new StdioServerTransport());
