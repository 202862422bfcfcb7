#!/bin/sh
# The first process of a node. It keeps the node's network namespace alive while the agent is away. It restarts a killed
# agent at once, and one that keeps failing after a short pause. It kills an agent whose event loop is stuck.
# It uses built-ins only, apart from the agent, `sleep` and `mkfifo`.
agent=
ending=
trap 'ending=1; [ -n "$agent" ] && kill -INT "$agent" 2>/dev/null' INT
trap 'ending=1; [ -n "$agent" ] && kill -TERM "$agent" 2>/dev/null' TERM

uptime_seconds() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}

# The agent counts up in this file every five seconds: see agent/roles/supervised.ts.
SKIFF_BEATS=${SKIFF_BEATS:-/dev/shm/agent-beats}
export SKIFF_BEATS

# The agent reads from a pipe that this shell alone holds open: it learns at once that this shell has ended, even if by
# SIGKILL. A node shares the host's PID namespace, so the end of its first process ends no other.
pipe=$SKIFF_BEATS.pipe
[ -p "$pipe" ] || mkfifo "$pipe"
exec 3<>"$pipe"

# Kills process $1 if the count stays the same for half a minute. The loop counts its own checks instead of reading a
# clock: after the machine slept, the agent has time to count up before the next check. Each check costs a process,
# which is why there are few.
kill_when_still() {
  exec 3>&-
  last=
  still=0
  while sleep 15; do
    beat=
    read -r beat <"$SKIFF_BEATS"
    if [ "$beat" = "$last" ]; then still=$((still + 1)); else still=0; fi
    last=$beat
    [ "$still" -lt 2 ] && continue
    echo "supervise: the agent has not moved for half a minute; killing it" >&2
    kill -KILL "$1"
    return
  done
}

failures=0
while [ -z "$ending" ]; do
  started=$(uptime_seconds)
  # Memory: bound V8's young generation, whose two halves would take 32 MB each, and start it with 4 MB each, or a start
  # collects garbage again and again, with one thread, as several need a tenth more CPU for so little; keep malloc from
  # holding on to what was freed, in an arena for each thread. V8 flags that it counts as a change of its code, such as
  # --expose-gc, would make Node compile its own modules each time.
  MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072 \
    NODE_COMPILE_CACHE=/opt/skiff/compiled NODE_COMPILE_CACHE_PORTABLE=1 \
    node --disable-warning=ExperimentalWarning \
    --min-semi-space-size=4 --max-semi-space-size=16 --no-parallel-scavenge \
    /opt/skiff/agent/agent.js "$@" <"$pipe" 3>&- &
  agent=$!
  echo 0 >"$SKIFF_BEATS"
  kill_when_still "$agent" &
  watcher=$!
  wait "$agent"
  code=$?
  # A trapped signal ends a wait early: wait again, for the agent has time to stop.
  while [ -n "$ending" ] && kill -0 "$agent" 2>/dev/null; do wait "$agent"; done
  kill "$watcher" 2>/dev/null
  [ -n "$ending" ] && exit 0
  echo "supervise: the agent exited with $code; starting it again" >&2
  if [ $(($(uptime_seconds) - started)) -lt 5 ]; then
    failures=$((failures + 1))
  else
    failures=0
  fi
  [ "$failures" -gt 3 ] && sleep 1
done
