import type { DeliveryQuestion } from "../../pipeline/explain-delivery.ts";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import type { ExplainedDelivery } from "../../worker/api/shapes.ts";
import { ask } from "../api/ask.ts";
import { askEngine } from "../engine/ask-engine.ts";
import { visible } from "../visible.ts";

export type Answered =
	| { readonly kind: "nothing" | "loading" }
	/** `problem`: one sentence, or the errors of an edited pipeline line by line. */
	| { readonly kind: "problem"; readonly problem: string }
	| {
			readonly kind: "explained";
			readonly active: ExplainedDelivery;
			/** What the edited pipeline decides; absent without an edit. */
			readonly edited?: { readonly explained: ExplainedDelivery; readonly warnings: string };
	  };

/** As typed into the form. */
interface Typed extends DeliveryQuestion {
	/** JSON. */
	readonly payload: string;
	readonly log: string;
	readonly changed_files: readonly string[];
}

interface EditedPipeline {
	readonly text: string;
	readonly prompts: Readonly<Record<string, string>>;
}

/** Asks the worker about the active pipeline, and this browser about the edit of it. */
export async function decide(typed: Typed, edit: EditedPipeline | undefined): Promise<Answered> {
	const payload = readJson(typed.payload);
	if (!payload.ok) return { kind: "problem", problem: `The payload is not JSON: ${payload.problem}` };
	const question: DeliveryQuestion = {
		event: typed.event,
		payload: payload.value,
		...(typed.log !== "" && { log: typed.log }),
		...(typed.changed_files.length > 0 && { changed_files: typed.changed_files }),
	};
	const [answer, edited] = await Promise.all([
		ask("/api/explain", { method: "POST", body: question }),
		edit && askEngine({ kind: "explain", ...edit, question }),
	]);
	if (edited?.kind === "problem") return edited;
	if (!answer.ok) return { kind: "problem", problem: answer.error };
	// The shape of POST /api/explain: see worker/api/shapes.ts.
	const active = "body" in answer ? (answer.body as ExplainedDelivery) : undefined;
	if (active === undefined) return { kind: "problem", problem: "the worker does not answer" };
	if (edited?.kind !== "explained") return { kind: "explained", active };
	const explained = visible(edited.explained) as ExplainedDelivery;
	return { kind: "explained", active, edited: { explained, warnings: edited.warnings } };
}

function readJson(text: string): Result<unknown> {
	try {
		return ok(JSON.parse(text));
	} catch (error) {
		return fail(messageOf(error));
	}
}
