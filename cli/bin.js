#!/usr/bin/env node
// Plain JavaScript without newer syntax: this file must start on an old Node, to report what is missing.
import { spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import module, { createRequire } from "node:module";
import os from "node:os";
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

const cache = cacheFolder(process.env);
process.env.HEALER_CACHE = cache === undefined ? "off" : cache;

if (isNewEnough && !isHub) {
	if (cache !== undefined) module.enableCompileCache(compiledIn(cache));
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

/** HEALER_CACHE, else a folder in the user's cache. Undefined if it is `off`, cannot be made, or is not this user's alone to write. */
function cacheFolder(env) {
	if (env.HEALER_CACHE === "off") return undefined;
	try {
		const folder = path.resolve(env.HEALER_CACHE || path.join(userCache(env), "healer"));
		makeFolder(compiledIn(folder));
		return isOwn(folder) && isOwn(compiledIn(folder)) ? folder : undefined;
	} catch (_) {
		return undefined;
	}
}

/** Who can write to it decides what runs here: with sudo, the home and its cache are another user's. */
function isOwn(folder) {
	const found = statSync(folder);
	return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
}

/** A home that does not exist is not made. */
function userCache(env) {
	if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
	statSync(os.homedir());
	return path.join(os.homedir(), ".cache");
}

/** Node's own `recursive` does not return in /proc: relay/cluster/directory/make-folder.ts. The compile cache uses it, too. */
function makeFolder(folder) {
	if (isMade(folder)) return;
	if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder));
	if (!isMade(folder)) throw new Error(`cannot make ${folder}`);
}

/** False if its parent is missing. */
function isMade(folder) {
	try {
		mkdirSync(folder, { mode: 0o700 });
	} catch (error) {
		if (error.code === "ENOENT") return false;
		if (error.code !== "EEXIST") throw error;
	}
	return true;
}

/** Where Node keeps what it compiled: https://nodejs.org/api/module.html#module-compile-cache. */
function compiledIn(folder) {
	return path.join(folder, "compiled");
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
		env: Object.assign(cache === undefined ? {} : { NODE_COMPILE_CACHE: compiledIn(cache) }, process.env, {
			HEALER_WRAPPER_PID: String(process.pid),
		}),
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
