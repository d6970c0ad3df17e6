import { useState } from "preact/hooks";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { splitList } from "../../wire/secret-list.ts";
import type { ExplainedDelivery } from "../../worker/api/shapes.ts";
import { ask } from "../api/ask.ts";
import { ExplanationTree } from "../incident/explanation-tree.tsx";

type Answered =
	| { readonly kind: "nothing" | "loading" }
	| { readonly kind: "problem"; readonly problem: string }
	| { readonly kind: "explained"; readonly explained: ExplainedDelivery };

/** Shows what the active pipeline would decide about a payload and a log. Nothing is stored and no CodeRun is created. */
export function Playground() {
	const [event, setEvent] = useState("workflow_job");
	const [payload, setPayload] = useState("");
	const [log, setLog] = useState("");
	const [files, setFiles] = useState("");
	const [answered, setAnswered] = useState<Answered>({ kind: "nothing" });

	const explain = async () => {
		const read = readJson(payload);
		if (!read.ok) return setAnswered({ kind: "problem", problem: `The payload is not JSON: ${read.problem}` });
		setAnswered({ kind: "loading" });
		const changed_files = splitList(files);
		const answer = await ask("/api/explain", {
			method: "POST",
			body: {
				event: event.trim(),
				payload: read.value,
				...(log !== "" && { log }),
				...(changed_files.length > 0 && { changed_files }),
			},
		});
		if (!answer.ok) return setAnswered({ kind: "problem", problem: answer.error });
		// The shape of POST /api/explain: see worker/api/shapes.ts.
		if (!("unchanged" in answer)) setAnswered({ kind: "explained", explained: answer.body as ExplainedDelivery });
	};

	return (
		<>
			<h1 tabIndex={-1}>Playground</h1>
			<p class="dim">
				See what the active pipeline would decide about a delivery. Nothing is stored and no CodeRun is created.
			</p>
			<div class="sides">
				<form
					class="card"
					onSubmit={(submitted) => {
						submitted.preventDefault();
						void explain();
					}}
				>
					<label>
						<span>
							Event, as in <code>X-GitHub-Event</code>
						</span>
						<input required value={event} spellcheck={false} onInput={(e) => setEvent(e.currentTarget.value)} />
					</label>
					<label>
						Payload (JSON)
						<textarea
							required
							rows={14}
							spellcheck={false}
							value={payload}
							onInput={(e) => setPayload(e.currentTarget.value)}
						/>
					</label>
					<label>
						Log of the failed job (optional)
						<textarea rows={6} spellcheck={false} value={log} onInput={(e) => setLog(e.currentTarget.value)} />
					</label>
					<label>
						Changed files (optional, separated by commas or line breaks)
						<textarea rows={2} spellcheck={false} value={files} onInput={(e) => setFiles(e.currentTarget.value)} />
					</label>
					<button type="submit" class="main" disabled={answered.kind === "loading"}>
						Explain
					</button>
				</form>
				<section aria-label="Explanation" aria-live="polite">
					<Answer answered={answered} />
				</section>
			</div>
		</>
	);
}

function Answer({ answered }: { readonly answered: Answered }) {
	switch (answered.kind) {
		case "nothing":
			return (
				<p class="empty">
					The explanation appears here. You find payloads of past deliveries in the GitHub App's settings, under
					Advanced.
				</p>
			);
		case "loading":
			return <p class="empty">Loading…</p>;
		case "problem":
			return <p class="error">{answered.problem}</p>;
		case "explained": {
			const { verdict, agent, failure_type, rule, explanation } = answered.explained;
			return (
				<>
					<p class="verdict-line">
						<span class={`mark ${agent === null ? "quiet" : "good"}`}>{agent === null ? "no CodeRun" : "CodeRun"}</span>{" "}
						{verdict}
						{failure_type !== null && (
							<>
								{" "}
								<code>{failure_type}</code> by rule <code>{rule}</code>.
							</>
						)}
					</p>
					<ExplanationTree stages={explanation} />
				</>
			);
		}
		default:
			return answered satisfies never;
	}
}

function readJson(text: string): Result<unknown> {
	try {
		return ok(JSON.parse(text));
	} catch (error) {
		return fail(messageOf(error));
	}
}
