import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";

/** The programs of a local cluster and the Go packages that they are built from (`build/go.mod` pins the versions). */
const PROGRAMS = {
	"kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
	etcd: "go.etcd.io/etcd/server/v3",
	kubectl: "k8s.io/kubernetes/cmd/kubectl",
} as const;
type Program = keyof typeof PROGRAMS;

/** Paths of the programs. */
export type ClusterBinaries = Readonly<Record<Program, string>>;

const BUILD_FOLDER = path.join(import.meta.dirname, "build");
const HOW_TO_GET =
	"Point KUBEBUILDER_ASSETS at a folder that has them (https://book.kubebuilder.io/reference/envtest), or install Go 1.26 or newer (https://go.dev/dl) and let `healer cluster` build them once.";

/**
 * Finds a real kube-apiserver, etcd and kubectl: in `KUBEBUILDER_ASSETS`, else in Healer's cache. If they are missing,
 * the problem says where it looked and how to get them.
 */
export async function findClusterBinaries(env: NodeJS.ProcessEnv): Promise<Result<ClusterBinaries>> {
	const folders = [env.KUBEBUILDER_ASSETS, await cacheFolder(env)].filter((folder) => folder !== undefined);
	for (const folder of folders) {
		const binaries = inFolder(folder);
		if (await allExecutable(binaries)) return ok(binaries);
	}
	return fail(`kube-apiserver, etcd and kubectl are not in ${folders.join(" nor in ")}. ${HOW_TO_GET}`);
}

/** Finds the programs, or builds them into the cache if Go is installed: once, about ten minutes on two cores. */
export async function provideClusterBinaries(
	env: NodeJS.ProcessEnv,
	progress: (line: string) => void,
): Promise<Result<ClusterBinaries>> {
	const found = await findClusterBinaries(env);
	if (found.ok) return found;
	if (!(await run("go", ["version"], env)).ok) return fail(`${found.problem} Go was not found either.`);

	progress("Building kube-apiserver, etcd and kubectl from their Go sources: about ten minutes, once.");
	const folder = await cacheFolder(env);
	const unfinished = `${folder}.${process.pid}`;
	await mkdir(unfinished, { recursive: true });
	const version = await kubernetesVersion();
	for (const program of Object.keys(PROGRAMS) as Program[]) {
		const started = performance.now();
		const built = await run("go", goBuild(program, path.join(unfinished, program), version), buildEnvironment(env));
		if (!built.ok) return fail(`Building ${program} failed. ${built.problem}`);
		progress(`  ${program}: ${Math.round((performance.now() - started) / 1000)} s`);
	}
	// Rename only when complete, so that an interrupted build is never used.
	await rm(folder, { recursive: true, force: true });
	await rename(unfinished, folder);
	return ok(inFolder(folder));
}

/** Keyed by the pinned modules, which determine the binaries. */
async function cacheFolder(env: NodeJS.ProcessEnv): Promise<string> {
	const base = env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache");
	const sums = createHash("sha256").update(await readFile(path.join(BUILD_FOLDER, "go.sum")));
	return path.join(base, "healer", `cluster-${sums.digest("hex").slice(0, 12)}`);
}

function inFolder(folder: string): ClusterBinaries {
	return {
		"kube-apiserver": path.join(folder, "kube-apiserver"),
		etcd: path.join(folder, "etcd"),
		kubectl: path.join(folder, "kubectl"),
	};
}

async function allExecutable(binaries: ClusterBinaries): Promise<boolean> {
	const checks = Object.values(binaries).map((file) => access(file, constants.X_OK));
	return (await Promise.allSettled(checks)).every((check) => check.status === "fulfilled");
}

async function kubernetesVersion(): Promise<string> {
	const pinned = /k8s\.io\/kubernetes (v[\d.]+)/.exec(await readFile(path.join(BUILD_FOLDER, "go.mod"), "utf8"));
	if (pinned?.[1] === undefined) throw new Error("build/go.mod does not pin k8s.io/kubernetes");
	return pinned[1];
}

function goBuild(program: Program, output: string, version: string): string[] {
	// Upstream stamps its version at link time; without it /version says v0.0.0-master.
	const stamp = "k8s.io/component-base/version";
	const [major, minor] = version.slice(1).split(".");
	const stamps = {
		gitVersion: version,
		gitMajor: major,
		gitMinor: minor,
		gitTreeState: "clean",
		gitCommit: "modproxy",
	};
	const flags = Object.entries(stamps).map(([name, value]) => `-X ${stamp}.${name}=${value}`);
	const ldflags = ["-s", "-w", ...(program === "etcd" ? [] : flags)].join(" ");
	return ["build", "-trimpath", "-ldflags", ldflags, "-o", output, PROGRAMS[program]];
}

function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return { ...env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false -mod=readonly" };
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Result<string>> {
	return new Promise((resolve) => {
		const child = spawn(command, args, { cwd: BUILD_FOLDER, env, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		const keepTail = (chunk: Buffer) => {
			output = (output + chunk.toString()).slice(-4_000);
		};
		child.stdout.on("data", keepTail);
		child.stderr.on("data", keepTail);
		child.on("error", (error) => resolve(fail(messageOf(error))));
		child.on("close", (code) => resolve(code === 0 ? ok(output) : fail(output.trim())));
	});
}
