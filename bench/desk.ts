import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { median } from "./median.ts";
import { freePort } from "./workerd-process.ts";

/** Medians, in milliseconds from the start of a process. */
interface Times {
	readonly wall_ms: number;
	readonly cpu_ms: number;
	/** CPU time, as a multiple of `node -e 0` in the same rounds. */
	readonly ratio: number;
}

export interface DeskFigures {
	/** `node -e 0`. */
	readonly node: Omit<Times, "ratio">;
	/** With an empty cache. */
	readonly check_cold: Times;
	readonly check_warm: Times;
	readonly explain: Times;
	readonly route: Times;
	/** On one file of cases. */
	readonly test: Times;
	readonly start: {
		/** From the start of the process to the line that says so, with a journal of an earlier run. */
		readonly ready_ms: number;
		/** The same with an empty cache and state folder. */
		readonly cold_ms: number;
		/** miniflare with a worker of one line, from the start of the process to its first answer. */
		readonly miniflare_ms: number;
		readonly ratio_to_miniflare: number;
	};
}

const ROOT = path.join(import.meta.dirname, "..");
const BIN = path.join(ROOT, "cli/bin.js");
const PAYLOAD = "test/cases/payloads/workflow-job-failure.json";
const COMMANDS = {
	check_warm: [BIN, "check"],
	explain: [BIN, "explain", PAYLOAD, "--event", "workflow_job"],
	route: [BIN, "route"],
	test: [BIN, "test", "test/cases/pipeline/coderun.yaml"],
} as const;
const CASE = JSON.stringify({ id: 1, log: "error[E0308]: mismatched types" });
const ROUNDS = 7;
const STARTS = 3;

/** The commands and the start of the hub, each beside its floor, in turn in each round. */
export async function measureDesk(): Promise<DeskFigures> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-bench-desk-"));
	try {
		const warm = path.join(folder, "warm");
		for (const args of Object.values(COMMANDS)) await runOnce(args, warm);
		const runs = { node: [] as Once[], check_cold: [] as Once[], ...mapped(() => [] as Once[]) };
		for (let round = 0; round < ROUNDS; round++) {
			runs.node.push(await runOnce(["-e", "0"], warm));
			runs.check_cold.push(await runOnce(COMMANDS.check_warm, path.join(folder, `cold-${round}`)));
			for (const name of NAMES) runs[name].push(await runOnce(COMMANDS[name], warm));
		}
		const node = medians(runs.node);
		const beside = (all: readonly Once[]) => ({ ...medians(all), ratio: medians(all).cpu_ms / node.cpu_ms });
		const figures = mapped((name) => beside(runs[name]));
		return { node, check_cold: beside(runs.check_cold), ...figures, start: await measureStart(folder) };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

type Name = keyof typeof COMMANDS;
const NAMES = Object.keys(COMMANDS) as Name[];

function mapped<T>(make: (name: Name) => T): Record<Name, T> {
	return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<Name, T>;
}

interface Once {
	readonly wall_ms: number;
	readonly cpu_ms: number;
}

function medians(all: readonly Once[]): Once {
	return { wall_ms: median(all.map((one) => one.wall_ms)), cpu_ms: median(all.map((one) => one.cpu_ms)) };
}

/** Tells the CPU time of its process on descriptor 3 when it exits. */
const REPORTING =
	"data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{const{user,system}=process.cpuUsage();writeSync(3,String(user+system))})";

async function runOnce(args: readonly string[], cache: string): Promise<Once> {
	const began = performance.now();
	const child = spawn(process.execPath, ["--import", REPORTING, ...args], {
		cwd: ROOT,
		env: { ...process.env, HEALER_CACHE: cache },
		stdio: ["pipe", "ignore", "inherit", "pipe"],
	});
	child.stdin?.end(CASE);
	let cpu = "";
	child.stdio[3]?.on("data", (bytes) => {
		cpu += bytes;
	});
	const code = await new Promise((resolve) => child.once("close", resolve));
	if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
	return { wall_ms: performance.now() - began, cpu_ms: Number(cpu) / 1000 };
}

async function measureStart(folder: string): Promise<DeskFigures["start"]> {
	const port = await freePort();
	const relayPort = await freePort();
	const hub = () =>
		untilLine([BIN, "start"], "Healer is ready", {
			HEALER_CACHE: path.join(folder, "start"),
			HEALER_STATE_DIR: path.join(folder, "state"),
			HEALER_PORT: String(port),
			HEALER_RELAY_PORT: String(relayPort),
		});
	const cold_ms = await hub();
	const [ready, bare]: [number[], number[]] = [[], []];
	for (let round = 0; round < STARTS; round++) {
		bare.push(await untilLine([path.join(import.meta.dirname, "bare-miniflare.ts")], "ready", {}));
		ready.push(await hub());
	}
	const [ready_ms, miniflare_ms] = [median(ready), median(bare)];
	return { ready_ms, cold_ms, miniflare_ms, ratio_to_miniflare: ready_ms / miniflare_ms };
}

/** Milliseconds until the process prints this; then it is stopped. */
async function untilLine(
	args: readonly string[],
	text: string,
	env: Readonly<Record<string, string>>,
): Promise<number> {
	const began = performance.now();
	const child = spawn(process.execPath, args, {
		cwd: ROOT,
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "inherit"],
	});
	const closed = new Promise((resolve) => child.once("close", resolve));
	await Promise.race([said(child, text), closed.then(() => Promise.reject(new Error(`${args.join(" ")} ended`)))]);
	const took = performance.now() - began;
	child.kill("SIGTERM");
	await closed;
	return took;
}

function said({ stdout }: ChildProcess, text: string): Promise<void> {
	let all = "";
	return new Promise((resolve) => {
		stdout?.on("data", (bytes) => {
			all += bytes;
			if (all.includes(text)) resolve();
		});
	});
}

type Row = (name: string, value: string, target: string) => void;

export function printDesk({ node, start, ...commands }: DeskFigures, row: Row): void {
	const ms = (time: number) => `${time.toFixed(0)} ms`;
	row("", "CPU / node -e 0", "target");
	row("node -e 0", "1", `${ms(node.cpu_ms)} of CPU, ${ms(node.wall_ms)}`);
	for (const [name, { wall_ms, cpu_ms, ratio }] of Object.entries(commands)) {
		const target = name === "check_warm" ? "at most 5; " : "";
		row(`healer ${name.replace("_", ", ")}`, ratio.toFixed(1), `${target}${ms(cpu_ms)} of CPU, ${ms(wall_ms)}`);
	}
	row("start to ready, multiple of a bare miniflare", start.ratio_to_miniflare.toFixed(2), "at most 1.5");
	row("  ready after", ms(start.ready_ms), `bare miniflare: ${ms(start.miniflare_ms)}`);
	row("  the first time", ms(start.cold_ms), "");
}
