import type { ConfigSpec } from '@octant/platform/config/config-spec';
import { mcpHubControllerConfig, type McpHubControllerConfig } from '@octant/trading/config/agent-configs';

/** One configured MCP server. */
export type HubConfig = McpHubControllerConfig['hubs'][number];

export const config: ConfigSpec<McpHubControllerConfig> = {
  parse: (reader) => reader.file('agents/mcp-hub-controller.yaml', mcpHubControllerConfig),
};
