#!/bin/sh
# A program of the Redis image with the libraries that came with it.
LD_LIBRARY_PATH=/opt/redis/lib exec "/opt/redis/bin/${0##*/}" "$@"
