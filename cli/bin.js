#!/usr/bin/env node
// Plain JavaScript without newer syntax: this file must start on an old Node, to report what is missing.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The first Node that runs TypeScript by type stripping without a flag or a warning. */
const NEEDED_MAJOR = 24;
const PACKAGES = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
const main = path.join(path.dirname(fileURLToPath(import.meta.url)), "main.ts");
const isNewEnough = Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR;
/** The hub always runs under a parent process that handles SIGTERM and ends the hub in time, even if it hangs. */
const isHub = process.argv[2] === "start" || process.argv[2] === "demo";
const HUB_ENDS_WITHIN_MS = 9000;

if (isNewEnough && !isHub) {
	import("./main.ts").catch((error) => {
		console.error(error);
		process.exitCode = 70;
	});
} else {
	const node = isNewEnough ? process.execPath : nodeFromNpm();
	if (node === undefined) {
		console.error(`Healer needs Node ${NEEDED_MAJOR} or newer to run; this is Node ${process.versions.node}.`);
		console.error(`npm provides one (${PACKAGES.join(" or ")}), but it is not installed here.`);
		console.error("Run `npm ci` without --omit=optional, or start Healer with a newer Node.");
		process.exitCode = 2;
	} else {
		run(node);
	}
}

function stop(child, signal) {
	child.kill(signal);
	if (isHub) setTimeout(() => child.kill("SIGKILL"), HUB_ENDS_WITHIN_MS).unref();
}

function nodeFromNpm() {
	const require = createRequire(import.meta.url);
	for (const name of PACKAGES) {
		try {
			return path.join(path.dirname(require.resolve(`${name}/package.json`)), "bin", "node");
		} catch (_) {
			// This package is not the one for this platform.
		}
	}
	return undefined;
}

function run(node) {
	const child = spawn(node, [main].concat(process.argv.slice(2)), {
		stdio: "inherit",
		env: Object.assign({}, process.env, { HEALER_WRAPPER_PID: String(process.pid) }),
	});
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
		process.on(signal, () => stop(child, signal));
	}
	child.on("error", (error) => {
		console.error(`Healer could not start ${node}: ${error.message}`);
		process.exitCode = 2;
	});
	child.on("exit", (code, signal) => {
		if (signal !== null) {
			process.removeAllListeners(signal);
			process.kill(process.pid, signal);
		} else {
			process.exitCode = code;
		}
	});
}
