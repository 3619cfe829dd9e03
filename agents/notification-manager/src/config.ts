import type { ConfigSpec } from '@octant/platform/config/config-spec';
import { notificationManagerConfig, type NotificationManagerConfig } from '@octant/trading/config/agent-configs';

export const config: ConfigSpec<NotificationManagerConfig> = {
  parse: (reader) => reader.file('agents/notification-manager.yaml', notificationManagerConfig),
};
