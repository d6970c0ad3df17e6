import { DAY_S, HOUR_S, MINUTE_S } from "../../wire/durations.ts";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { readSecrets } from "../../wire/secret.ts";
import { splitList } from "../../wire/secret-list.ts";
import { type ContextSettings, readContextSettings } from "../context/context-settings.ts";
import { collector, type Environment } from "../environment.ts";
import type { Policy } from "../spawn/policy.ts";

/** The settings of a standalone relay, from its environment. */
export interface RelaySettings {
	readonly sink: { readonly kind: "directory"; readonly state: string } | { readonly kind: "kubernetes" };
	readonly host: string;
	/** 0 picks any free port. */
	readonly port: number;
	/** The worker's address. */
	readonly url: string;
	readonly secrets: readonly string[];
	readonly policy: Policy;
	readonly context: ContextSettings;
	/** For CodeRuns without a deadline of their own, in seconds; undefined is none. */
	readonly deadline_s: number | undefined;
	/** Whether an overdue CodeRun is deleted, or only reported. */
	readonly deleteOverdue: boolean;
}

export type SettingsReading =
	| { readonly ok: true; readonly settings: RelaySettings }
	| { readonly ok: false; readonly problems: readonly string[] };

/** Reads all settings, and reports every problem at once. No message holds a secret. */
export function readRelaySettings(env: Environment): SettingsReading {
	const { take, problems } = collector();
	const context = readContextSettings(env);
	const settings: RelaySettings = {
		sink: take(readSink(env), { kind: "kubernetes" }),
		host: env.HEALER_RELAY_HOST?.trim() || "127.0.0.1",
		port: take(readPort(env.HEALER_RELAY_PORT), 0),
		url: take(readUrl(env.HEALER_URL), ""),
		secrets: take(readWireSecrets(env.HEALER_WIRE_SECRETS), []),
		policy: {
			namespace: env.HEALER_NAMESPACE?.trim() || "cto",
			repositories: take(readList("HEALER_REPOSITORIES", env.HEALER_REPOSITORIES, "5dlabs/cto, 5dlabs/*"), []),
			github_apps: take(readList("HEALER_GITHUB_APPS", env.HEALER_GITHUB_APPS, "5DLabs-Rex, 5DLabs-Blaze"), []),
		},
		context: context.settings,
		deadline_s: take(readDuration("HEALER_DEADLINE", env.HEALER_DEADLINE), undefined),
		deleteOverdue: take(readSwitch("HEALER_DELETE_OVERDUE", env.HEALER_DELETE_OVERDUE, true), true),
	};
	const all = [...problems, ...context.problems];
	return all.length === 0 ? { ok: true, settings } : { ok: false, problems: all };
}

function readSink(env: Environment): Result<RelaySettings["sink"]> {
	const sink = env.HEALER_SINK?.trim() || "directory";
	if (sink === "kubernetes") return ok({ kind: "kubernetes" });
	if (sink === "directory") return ok({ kind: "directory", state: env.HEALER_STATE_DIR || ".healer" });
	return fail(`HEALER_SINK is ${JSON.stringify(sink)}: give directory or kubernetes.`);
}

function readPort(text: string | undefined): Result<number> {
	const given = text?.trim() || "8788";
	const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
	return port <= 65_535 ? ok(port) : fail(`HEALER_RELAY_PORT is ${JSON.stringify(given)}: give a port, 0 to 65535.`);
}

function readUrl(text: string | undefined): Result<string> {
	const given = text?.trim() ?? "";
	if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return ok(given);
	return fail(
		"HEALER_URL is not set: give the worker's address, where outcomes are posted, such as https://healer.example.com",
	);
}

function readWireSecrets(text: string | undefined): Result<readonly string[]> {
	try {
		return ok(readSecrets(text ?? ""));
	} catch (error) {
		return fail(`${messageOf(error)}.`);
	}
}

function readList(name: string, text: string | undefined, example: string): Result<readonly string[]> {
	const items = splitList(text);
	if (items.length > 0) return ok(items);
	return fail(`${name} is not set: the relay creates CodeRuns only for what it names (${example}; * allows all).`);
}

const UNITS = { s: 1, m: MINUTE_S, h: HOUR_S, d: DAY_S } as const;

function readDuration(name: string, text: string | undefined): Result<number | undefined> {
	const given = text?.trim();
	if (!given) return ok(undefined);
	const [, amount, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(given) ?? [];
	if (amount === undefined) return fail(`${name} is ${JSON.stringify(given)}: give a duration such as 90s, 30m or 2h.`);
	return ok(Number(amount) * UNITS[unit as keyof typeof UNITS]);
}

function readSwitch(name: string, text: string | undefined, standard: boolean): Result<boolean> {
	const given = text?.trim().toLowerCase();
	if (!given) return ok(standard);
	if (given === "true" || given === "false") return ok(given === "true");
	return fail(`${name} is ${JSON.stringify(given)}: give true or false.`);
}
