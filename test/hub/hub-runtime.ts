import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Home } from "./hub-process.ts";

/** The pid of the hub's Node, as the hub reports it once it is ready. */
export function hubPid(home: Home): number {
	return (JSON.parse(readFileSync(path.join(home.stateDir, "hub.json"), "utf8")) as { pid: number }).pid;
}

export function parentOf(pid: number): number {
	return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }));
}

export function childrenOf(pid: number): number[] {
	return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
		.split("\n")
		.map((line) => line.trim().split(/\s+/).map(Number))
		.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

/** Pids of every workerd that works on this home (by any parent). */
export function runtimesOf(home: Home): number[] {
	if (process.platform !== "linux") {
		return execFileSync("ps", ["-axwwE", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64 << 20 })
			.split("\n")
			.filter((line) => line.includes("workerd serve") && line.includes(home.stateDir))
			.map((line) => Number.parseInt(line, 10));
	}
	return readdirSync("/proc")
		.filter((pid) => /^\d+$/.test(pid))
		.filter((pid) => textOf(`/proc/${pid}/cmdline`).split("\0")[0]?.endsWith("workerd"))
		.filter((pid) => textOf(`/proc/${pid}/environ`).includes(home.stateDir))
		.map(Number);
}

function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
