import { env } from "cloudflare:workers";
import { ACT } from "../../../pipeline/autonomy.ts";
import { settings } from "../../../pipeline/grammar/pipeline-file.ts";
import type { Incident } from "../../../pipeline/incident.ts";
import { createLogReader, type DecideInput } from "../../../pipeline/index.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import type { StatusRequest } from "../../../wire/status.ts";
import { createSources } from "../../../worker/context/create-sources.ts";
import { nothingLeft } from "../../../worker/context/recheck/nothing-left.ts";
import type { Effects } from "../../../worker/effects.ts";
import type { Engine } from "../../../worker/engine.ts";
import { addDelivery } from "../../../worker/journal/deliveries.ts";
import { createDictionary } from "../../../worker/journal/dictionaries.ts";
import { createLog } from "../../../worker/log.ts";
import type { StatusAnswer } from "../../../worker/relay/ask-status.ts";
import { createClaimCache } from "../../../worker/relay/claim-cache.ts";
import type { SpawnAnswer } from "../../../worker/relay/send-spawn.ts";
import { type Budget, type Cost, countedJournal, InvocationBudget } from "../../../worker/runtime/budget.ts";
import { limitedJournal, newInvocation } from "./limited-env.ts";

export interface Stub extends Effects {
	/** What follows is another invocation, with limits of its own. */
	begin(): void;
	/** What the present one has spent. */
	spent(): Cost;
	/** Milliseconds; a test moves it. */
	clock: number;
	/** What the relay was sent, in order. */
	readonly sent: { readonly id: string; readonly body: string }[];
	/** What the stub engine was asked to decide, in order. */
	readonly decided: DecideInput[];
	readonly woken: { readonly id: string; readonly delayMs: number }[];
	/** What the relay answers. */
	relay: (id: string, body: string) => SpawnAnswer | Promise<SpawnAnswer>;
	activeEngine: Engine;
	/** What the relay was asked about CodeRuns, in order, and what it answers; unless a test says so, it is silent. */
	readonly asked: StatusRequest[];
	status: (about: StatusRequest) => StatusAnswer | Promise<StatusAnswer>;
}

/** Real D1 and KV; clock, chance, wake-ups, relay and pipeline are the test's. */
export function stubEffects(): Stub {
	const log = createLog({}, () => undefined);
	let ids = 0;
	let invocation = newInvocation();
	let budget = new InvocationBudget();
	const spendable: Budget = { has: (cost) => budget.has(cost), keeping: (kept) => budget.keeping(kept) };
	const limited = limitedJournal(env.JOURNAL, () => invocation);
	const stub: Stub = {
		clock: Date.parse("2026-11-22T12:00:00Z"),
		sent: [],
		decided: [],
		woken: [],
		relay: (_id, body) => ({ ok: true, result: { result: "created", coderun_name: nameIn(body) } }),
		activeEngine: stubEngine(),
		begin() {
			invocation = newInvocation();
			budget = new InvocationBudget();
		},
		spent: () => budget.spent,
		budget: spendable,
		journal: countedJournal(limited, { spend: (cost) => budget.spend(cost) }),
		now: () => stub.clock,
		sleep: async () => undefined,
		random: () => 0.5,
		newId: () => `lock-${ids++}-${crypto.randomUUID()}`,
		engine: async () => ({
			...stub.activeEngine,
			decide: async (input) => {
				stub.decided.push(input);
				return await stub.activeEngine.decide(input);
			},
		}),
		publishPipeline: async () => undefined,
		sources: createSources({
			github: undefined,
			fetch,
			relay: { env: {}, fetch, now: () => stub.clock, newId: () => crypto.randomUUID() },
		}),
		nothingLeft,
		overdueAfterMs: 1_800_000,
		github: undefined,
		notifications: {
			fetch: async () => new Response(null, { status: 500 }),
			variable: () => undefined,
			isLoopback: false,
			page_url: "https://healer.example.com",
			github_url: "https://github.com",
		},
		claims: createClaimCache(env.DEDUP, () => stub.clock, log),
		async sendSpawn(id, body) {
			stub.sent.push({ id, body });
			return await stub.relay(id, body);
		},
		asked: [],
		status: () => ({ ok: false, reason: "the relay answered 503" }),
		async askStatus(about) {
			stub.asked.push(about);
			return await stub.status(about);
		},
		async wake(id, delayMs) {
			stub.woken.push({ id, delayMs });
		},
		async wakeAll(ids) {
			for (const id of ids) stub.woken.push({ id, delayMs: 0 });
		},
		log,
	};
	return stub;
}

/** The settings with their defaults, which wait 5 s for more deliveries and limit nothing. */
export function stubSettings(changes: Partial<Engine["settings"]> = {}): Engine["settings"] {
	return { ...settings.parse({ repositories: ["5dlabs/cto"] }), ...changes };
}

/** An engine that sends everything to rex, under one claim by branch. */
export function stubEngine(changes: Partial<Engine> = {}): Engine {
	return {
		version: "v-test",
		searched: [],
		settings: stubSettings(),
		notify: [],
		notifyTargets: async () => [],
		webhook_events: [],
		agents: ["rex", "blaze", "bolt", "cipher", "atlas"],
		plan: async () => [],
		gathering_ms: 0,
		rounds: 1,
		planRound: async () => [],
		dictionary: async () => createDictionary({ rules: "", prompts: "" }),
		newLogReader: (limits) => createLogReader(compileLogSearch([]), limits),
		explain: async () => {
			throw new Error("no test explains with this engine");
		},
		rejectEarly: () => undefined,
		read: async () => ({
			outcome: "ignored",
			reason: { kind: "unknown_event", event: "x" },
			explanation: [],
		}),
		decide: async ({ incident, escalate_to }) => ({
			outcome: "spawn",
			agent: escalate_to ?? "rex",
			rule: "rust",
			failure_type: "rust_clippy",
			failure_category: "rust",
			because: { agent: escalate_to ?? "rex", rule: "rust", by: "route_rule" },
			fingerprint: null,
			autonomy: ACT,
			max_active: 0,
			deadline_s: 7200,
			claims: incident.branch
				? [{ name: "branch", key: `${incident.repository}/${incident.branch}`, ttl_s: 600, while_active: true }]
				: [],
			coderun: { metadata: { namespace: "cto", labels: {}, annotations: {} }, spec: { model: "m" } },
			explanation: [{ stage: "route", round: "again", rules: [], outcome: "rex by rust" }],
		}),
		readSignal: async () => undefined,
		limitsFor: () => ({ limits: [], breaker: {} }),
		isOwnAgent: (login) => login.toLowerCase() === "5dlabs-rex[bot]",
		outcome: {
			max_attempts: 3,
			pause_s: 120,
			deadline_s: 7200,
			start_deadline_s: 600,
			ci_deadline_s: 3600,
			escalate: ["atlas", "human"],
			label: "needs-human",
			branch_strategy: "same",
			protected_branches: [],
			bot_branches: [],
			split: "none",
		},
		...changes,
	};
}

/** Writes an incident down as its first delivery would, due now. */
export async function journalIncident(stub: Stub, incident: Incident, dueAt = stub.clock): Promise<void> {
	await addDelivery(stub.journal, {
		incident,
		identity: `identity of ${incident.id}`,
		explanation: { pipeline: "v-test", stages: [] },
		dueAt,
		now: stub.clock,
	});
}

function nameIn(body: string): string {
	return JSON.parse(body).coderun.metadata.name;
}

/** The relay's answer for a CodeRun that was not finished by its deadline. */
export function timedOut({ incident_id, attempt, coderun_name }: StatusRequest): StatusAnswer {
	const outcome = {
		coderun_name,
		incident_id,
		attempt,
		phase: "TimedOut",
		pull_request_url: null,
		message: "the CodeRun did not finish before its deadline",
		started_at: null,
		finished_at: null,
	};
	return { ok: true, status: { state: "ended", outcome } };
}
