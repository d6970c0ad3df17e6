#!/bin/sh
# Becomes workerd ($HEALER_WORKERD), and leaves a guard beside it that ends it when the hub is gone, kill -9 included.
# The guard reads descriptor 3, the channel on which workerd tells its ports: Node makes a socket pair of it
# (https://docs.libuv.org/en/v1.x/process.html), nobody writes to this end, so the read ends when the hub's end is closed.
# Only then does the guard look for its parent: it is workerd, or something else once workerd has ended by itself.

guard() {
	trap '' HUP INT TERM
	while read -r _; do :; done <&3
	if [ -r /proc/self/stat ]; then
		read -r _ _ _ parent _ </proc/self/stat
	else
		parent=$(exec sh -c 'ps -o ppid= -p $PPID')
	fi
	[ "$((parent))" -eq "$1" ] && kill -KILL "$1"
}

guard $$ >/dev/null 2>&1 &
exec "$HEALER_WORKERD" "$@"
