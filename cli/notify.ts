import type { HubStatus, NotificationStatus, NotificationTest } from "../worker/api/shapes.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table, visible } from "./table.ts";
import { askWorker, unexpected, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface NotifyOptions extends WorkerOptions {
	readonly json?: boolean;
}

/** `healer notify list` and `healer notify test`: a target that nothing arrives at is a problem. */
export async function notify(
	action: "list" | "test",
	name: string | undefined,
	options: NotifyOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	if (action === "test")
		return await withWorker(options, "operate", env, output, (worker) => test(worker, name, options, output));
	return await withWorker(options, "read", env, output, (worker) => list(worker, name, options, output));
}

async function list(
	worker: WorkerAccess,
	name: string | undefined,
	{ json = false }: NotifyOptions,
	output: Output,
): Promise<ExitCode> {
	const answer = await askWorker(worker, "/api/status");
	if (!answer.ok) return exitWith(output, answer.problem);
	const { notifications } = answer.value.body as Partial<HubStatus>;
	if (notifications === undefined) return exitWith(output, unexpected(worker, answer.value));
	const targets = notifications.filter((target) => name === undefined || target.name === name);
	if (name !== undefined && targets.length === 0) return exitWith(output, `There is no target ${name}.`);
	if (json) output.line(JSON.stringify(targets));
	else if (targets.length === 0) output.line("The active pipeline notifies nobody: add `notify` to it.");
	else showTargets(targets, output);
	return targets.some((target) => stateOf(target) !== "ok") ? EXIT.problem : EXIT.ok;
}

function showTargets(targets: readonly NotificationStatus[], output: Output): void {
	const head = ["Target", "To", "Host", "State", "Pending", "Given up", "Last sent"];
	const rows = targets.map((target) => [
		target.name,
		target.to ?? "-",
		target.host ?? "-",
		stateOf(target),
		String(target.pending),
		String(target.failed),
		target.sent_at ?? "-",
	]);
	for (const line of table(head, rows, output)) output.line(line);
	for (const { name, problem, last_error, failing_since } of targets) {
		if (problem !== null) output.problem(`${name}: ${visible(problem)}.`);
		else if (failing_since !== null) output.problem(`${name}: ${visible(last_error ?? "no answer")}.`);
	}
}

function stateOf({ problem, failing_since }: NotificationStatus): "ok" | "failing" | "not set up" {
	if (problem !== null) return "not set up";
	return failing_since === null ? "ok" : "failing";
}

async function test(
	worker: WorkerAccess,
	name: string | undefined,
	{ json = false }: NotifyOptions,
	output: Output,
): Promise<ExitCode> {
	const body = JSON.stringify(name === undefined ? {} : { target: name });
	const answer = await askWorker(worker, "/api/notifications/test", { method: "POST", body });
	if (!answer.ok) return exitWith(output, answer.problem);
	const { results, error } = answer.value.body as Partial<NotificationTest> & { readonly error?: unknown };
	if (answer.value.status === 404 && typeof error === "string") return exitWith(output, `${visible(error)}.`);
	if (results === undefined) return exitWith(output, unexpected(worker, answer.value));
	if (json) output.line(JSON.stringify(results));
	else for (const result of results) showResult(result, output);
	return results.every(({ ok }) => ok) ? EXIT.ok : EXIT.problem;
}

function showResult({ name, to, host, ok, problem }: NotificationTest["results"][number], output: Output): void {
	const where = `${name.padEnd(20)} ${to}${host === null ? "" : ` at ${visible(host)}`}`;
	if (ok) output.line(`${output.paint("green", "sent    ")} ${where}`);
	else output.line(`${output.paint("red", "not sent")} ${where}: ${visible(problem ?? "no reason given")}`);
}
