#!/bin/sh
# Becomes workerd ($HEALER_WORKERD), and leaves a guard beside it that kills it when the hub is gone, even after kill -9.
# The guard reads descriptor 3, the channel on which workerd reports its ports: Node makes it a socket pair
# (https://docs.libuv.org/en/v1.x/process.html). Nobody writes to this end, so the read ends when the hub's end is closed.
# Only then does the guard check its parent: workerd, or another process once workerd has exited by itself.
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
