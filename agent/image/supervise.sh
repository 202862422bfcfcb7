#!/bin/sh
# First process of a node. It keeps the node's network namespace alive while the agent is away: a killed agent is
# started again at once, one that keeps failing after a short pause. Built-ins only, apart from the agent and `sleep`.
agent=
ending=
trap 'ending=1; [ -n "$agent" ] && kill -TERM "$agent" 2>/dev/null' TERM INT

uptime_seconds() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

failures=0
while [ -z "$ending" ]; do
  started=$(uptime_seconds)
  node --disable-warning=ExperimentalWarning /opt/skiff/agent/agent.js "$@" &
  agent=$!
  wait "$agent"
  code=$?
  # A trapped signal ends the first wait early; the agent gets the time to end by itself.
  [ -n "$ending" ] && wait "$agent"
  [ -n "$ending" ] && exit 0
  echo "supervise: the agent exited with $code; starting it again" >&2
  if [ $(($(uptime_seconds) - started)) -lt 5 ]; then
    failures=$((failures + 1))
  else
    failures=0
  fi
  [ "$failures" -gt 3 ] && sleep 1
done
