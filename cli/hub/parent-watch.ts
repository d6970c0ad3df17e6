import { readFileSync } from "node:fs";

const EVERY_MS = 500;

/**
 * Calls `onGone` when the npm (or the older Node) that started this process is gone: killed with -9 it cannot pass that
 * on, and a hub without an owner would keep the ports. Only watches when there is such a wrapper, so that a hub started
 * directly may outlive its shell.
 */
export function watchWrapper(env: Readonly<Record<string, string | undefined>>, onGone: () => void): () => void {
	if (env.HEALER_WRAPPER_PID === undefined && env.npm_command === undefined) return () => undefined;
	const chain = wrapperChain();
	const timer = setInterval(() => {
		if (chain.some(({ child, parent }) => parentOf(child) !== parent)) {
			clearInterval(timer);
			onGone();
		}
	}, EVERY_MS);
	timer.unref();
	return () => clearInterval(timer);
}

interface Link {
	readonly child: number;
	readonly parent: number;
}

/** From this process up to npm: npm may have put a shell in between, which outlives it. */
function wrapperChain(): Link[] {
	const chain: Link[] = [{ child: process.pid, parent: process.ppid }];
	for (let pid = process.ppid; chain.length < 5 && !isNpm(pid); ) {
		const parent = parentOf(pid);
		if (parent === undefined || parent <= 1 || !(isShell(pid) || isNode(pid))) break;
		chain.push({ child: pid, parent });
		pid = parent;
	}
	return chain;
}

/** Linux shows other processes; elsewhere only the own parent is known. */
function parentOf(pid: number): number | undefined {
	if (pid === process.pid) return process.ppid;
	try {
		// The name in parentheses may contain spaces and parentheses itself: count from the last one (proc(5)).
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
	} catch {
		return undefined;
	}
}

function commandOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
	} catch {
		return "";
	}
}

function isNpm(pid: number): boolean {
	return /^(npm|npx)\b|npm-cli\.js|npx-cli\.js/.test(commandOf(pid));
}

function isShell(pid: number): boolean {
	return /^(\S*\/)?(sh|dash|bash|zsh) -c/.test(commandOf(pid));
}

function isNode(pid: number): boolean {
	return /^(\S*\/)?node\b.*cli\/bin\.js|^(\S*\/)?node\b.*\.bin\/healer/.test(commandOf(pid));
}
