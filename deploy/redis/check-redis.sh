#!/bin/bash
# Health: a PING as the administrator. The password goes by the environment, where other containers do not see it.
REDISCLI_AUTH=$(</run/secrets/redis_password_admin) redis-cli --no-auth-warning --user admin ping | grep -qx PONG
