import { readdirSync, readFileSync } from "node:fs";

/** CPU time so far of a process and of all that it started and that still run. Linux only. */
export function treeMicroseconds(pid: number): number {
	const children = childrenOf();
	const sum = (of: number): number =>
		microsecondsOf(of) + (children.get(of) ?? []).reduce((total, child) => total + sum(child), 0);
	return sum(pid);
}

/** Processes that this one started and that still run. */
export function ownChildren(): readonly number[] {
	return childrenOf().get(process.pid) ?? [];
}

function childrenOf(): Map<number, number[]> {
	const children = new Map<number, number[]>();
	for (const name of readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		const parent = Number(statOf(Number(name))?.[1]);
		children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
	}
	return children;
}

function microsecondsOf(pid: number): number {
	const stat = statOf(pid);
	// In ticks of 10 ms.
	return stat === undefined ? 0 : (Number(stat[11]) + Number(stat[12])) * 10_000;
}

/**
 * The fields of proc(5) after the name, which may contain spaces: the parent's pid is field 4, user and system time are
 * fields 14 and 15. Undefined for a process that has ended.
 */
function statOf(pid: number): readonly string[] | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	} catch {
		return undefined;
	}
}

/** Resident memory of a process and of all that it started, in bytes: `VmRSS` of proc(5), in units of 1024 bytes. */
export function treeBytes(pid: number): number {
	const children = childrenOf();
	const sum = (of: number): number =>
		bytesOf(of) + (children.get(of) ?? []).reduce((total, child) => total + sum(child), 0);
	return sum(pid);
}

function bytesOf(pid: number): number {
	try {
		const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
		return Number(kibibytes ?? 0) * 1024;
	} catch {
		return 0;
	}
}
