#!/bin/sh
# Puts Alertmanager's configuration together and starts it. Alertmanager reads no environment variables, and refuses a
# Slack receiver without a URL: an integration whose secret is empty is left out. Arguments go to Alertmanager.
#
#   ALERT_SLACK_CHANNEL           channel of all alerts, default #ops (webhooks of a Slack app have one channel of their own)
#   ALERT_SLACK_CHANNEL_CRITICAL  channel of critical ones, default the same
#   ALERT_SLACK_WEBHOOK_URL_FILE  file with the webhook; empty: alerts are shown and sent nowhere
#   ALERT_WATCHDOG_URL_FILE       file with a URL that is called every few minutes as long as alerts work; empty: nobody is
#   ALERTMANAGER_CONFIG           where the configuration is written, default /tmp/alertmanager.yml
#   ALERTMANAGER_BIN              the program, default /bin/alertmanager
set -eu
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
config=${ALERTMANAGER_CONFIG:-/tmp/alertmanager.yml}
slack_url_file=${ALERT_SLACK_WEBHOOK_URL_FILE:-/run/secrets/alert_slack_webhook_url}
watchdog_url_file=${ALERT_WATCHDOG_URL_FILE:-/run/secrets/alert_watchdog_url}
channel=${ALERT_SLACK_CHANNEL:-#ops}
critical_channel=${ALERT_SLACK_CHANNEL_CRITICAL:-$channel}

# $1: name of the variable, $2: its value. Only what a channel may be called gets into the configuration.
check_channel() {
  case $2 in
    *[!A-Za-z0-9_.#@-]*)
      echo "$1: expected a Slack channel like #ops, was \"$2\"" >&2
      exit 2
      ;;
  esac
}

# $1: a secret's file. A file that is there and cannot be read is an error: nobody would miss alerts that never come.
has_text() {
  [ -e "$1" ] || return 1
  if [ ! -r "$1" ]; then
    echo "$1: expected a file that user $(id -u) can read, was one that it cannot" >&2
    exit 2
  fi
  [ -n "$(tr -d ' \t\r\n' <"$1")" ]
}

check_channel ALERT_SLACK_CHANNEL "$channel"
check_channel ALERT_SLACK_CHANNEL_CRITICAL "$critical_channel"

receivers=none
has_text "$slack_url_file" && receivers=slack
watchdog=no-watchdog
has_text "$watchdog_url_file" && watchdog=watchdog

{
  echo "templates: ['$here/templates/*.tmpl']"
  cat "$here/route.yml" "$here/receivers/$receivers.yml"
  sed 's/^/  /' "$here/receivers/$watchdog.yml"
} | sed -e "s|@CHANNEL@|$channel|" -e "s|@CRITICAL_CHANNEL@|$critical_channel|" \
  -e "s|@SLACK_URL_FILE@|$slack_url_file|" -e "s|@WATCHDOG_URL_FILE@|$watchdog_url_file|" >"$config"

echo "alertmanager: Slack $([ $receivers = slack ] && echo "to $channel" || echo off), watchdog $([ $watchdog = watchdog ] && echo on || echo off)" >&2
exec "${ALERTMANAGER_BIN:-/bin/alertmanager}" --config.file="$config" "$@"
