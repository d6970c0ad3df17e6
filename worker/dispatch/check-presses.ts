import { isButtonPress } from "../../pipeline/incident.ts";
import type { Incident } from "../../pipeline/index.ts";
import { WRITER_PERMISSIONS } from "../../pipeline/writer-permissions.ts";
import type { Effects } from "../effects.ts";
import type { GitHubFailure } from "../github/github.ts";
import { describeFailure, isTransient } from "../github/read-failure.ts";
import { askRepositoryPermission } from "../github/repository-permission.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { type Progress, waitForGitHub } from "./waiting.ts";

/** The deliveries that count, or why there are none, as a clause. */
export type CheckedPresses =
	| { readonly kind: "allowed"; readonly first: Incident; readonly deliveries: readonly Incident[] }
	| { readonly kind: "refused"; readonly why: string }
	| Progress;

// Of one incident; each costs a request.
const MOST_PRESSERS = 5;

/**
 * Leaves out the presses of a check run's button by people who may not have an agent with write access: GitHub does not say
 * who may press it, so it is asked for their permission, like a commenter's (`commands/`), before the first attempt. What
 * others reported counts without them. Without an App nobody can be asked.
 */
export async function checkPresses(
	effects: Effects,
	locked: LockedIncident,
	first: Incident,
	deliveries: readonly Incident[],
): Promise<CheckedPresses> {
	const others = deliveries.filter((delivery) => !isButtonPress(delivery));
	// The first decision settled whose press counts.
	if (locked.agent !== null) return { kind: "allowed", first, deliveries: others };
	const presses = deliveries.filter(isButtonPress);
	if (presses.length === 0 || effects.github === undefined) return { kind: "allowed", first, deliveries };

	const asked = await askEach(effects, presses);
	const counting = deliveries.filter((delivery) => !isButtonPress(delivery) || asked.allowed.has(loginOf(delivery)));
	const [earliest] = counting;
	if (earliest !== undefined) {
		const isCounting = counting.some(({ delivery_id }) => delivery_id === first.delivery_id);
		return { kind: "allowed", first: isCounting ? first : earliest, deliveries: counting };
	}
	if (asked.silent !== undefined) return await waitForGitHub(effects, locked, asked.silent);
	return { kind: "refused", why: asked.why };
}

interface Asked {
	readonly allowed: ReadonlySet<string>;
	/** Set if GitHub gave no answer about somebody. */
	readonly silent: { readonly why: string; readonly untilMs: number | undefined } | undefined;
	/** Why the latest presser was refused. */
	readonly why: string;
}

async function askEach(effects: Effects, presses: readonly Incident[]): Promise<Asked> {
	const needed = (await effects.engine()).settings.commands.permissions ?? WRITER_PERMISSIONS;
	const allowed = new Set<string>();
	let silent: Asked["silent"];
	let why = "nobody is known to have pressed the button";
	for (const press of distinctPressers(presses)) {
		const login = loginOf(press);
		const asked = effects.github && (await askRepositoryPermission(effects.github, press, login));
		if (asked === undefined) continue;
		if (!asked.ok) {
			why = `GitHub does not say whether ${login} may write: ${describeFailure(asked.problem)}`;
			if (isTransient(asked.problem)) silent = { why, untilMs: untilOf(asked.problem) };
		} else if (asked.value.some((has) => needed.includes(has))) {
			allowed.add(login);
		} else {
			why = `${login} needs ${needed.join(" or ")} on this repository`;
		}
	}
	return { allowed, silent, why };
}

/** One press of each person, the earliest. */
function distinctPressers(presses: readonly Incident[]): readonly Incident[] {
	const known = new Map(presses.toReversed().map((press) => [loginOf(press), press]));
	known.delete("");
	return [...known.values()].toReversed().slice(0, MOST_PRESSERS);
}

function loginOf({ sender }: Incident): string {
	return sender?.login ?? "";
}

function untilOf(problem: GitHubFailure): number | undefined {
	return problem.reason === "rate_limited" ? problem.until : undefined;
}
