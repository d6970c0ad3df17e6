import { useState } from "preact/hooks";
import type { ExplainedDelivery } from "../../worker/api/shapes.ts";
import { ask } from "../api/ask.ts";
import { ExplanationTree } from "../incident/explanation-tree.tsx";

type Said =
	| { readonly kind: "nothing" | "asking" }
	| { readonly kind: "problem"; readonly problem: string }
	| { readonly kind: "explained"; readonly explained: ExplainedDelivery };

/** Paste a payload, and a log, and see what the pipeline in force would decide. Nothing is written or spawned. */
export function Playground() {
	const [event, setEvent] = useState("workflow_job");
	const [payload, setPayload] = useState("");
	const [log, setLog] = useState("");
	const [files, setFiles] = useState("");
	const [said, say] = useState<Said>({ kind: "nothing" });

	const explain = async () => {
		const read = readJson(payload);
		if (!read.ok) return say({ kind: "problem", problem: `The payload is not JSON: ${read.problem}` });
		say({ kind: "asking" });
		const changed_files = files.split(/[\s,]+/).filter((path) => path !== "");
		const answer = await ask("/api/explain", {
			method: "POST",
			body: {
				event: event.trim(),
				payload: read.value,
				...(log !== "" && { log }),
				...(changed_files.length > 0 && { changed_files }),
			},
		});
		if (!answer.ok) return say({ kind: "problem", problem: answer.error });
		// The shape of POST /api/explain: see worker/api/shapes.ts.
		if (!("unchanged" in answer)) say({ kind: "explained", explained: answer.body as ExplainedDelivery });
	};

	return (
		<>
			<h1 tabIndex={-1}>Playground</h1>
			<p class="dim">What would the pipeline in force decide? Nothing is written down and nothing is spawned.</p>
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
						Log of the failed job, if there is one
						<textarea rows={6} spellcheck={false} value={log} onInput={(e) => setLog(e.currentTarget.value)} />
					</label>
					<label>
						Changed files, separated by commas or lines
						<textarea rows={2} spellcheck={false} value={files} onInput={(e) => setFiles(e.currentTarget.value)} />
					</label>
					<button type="submit" class="main" disabled={said.kind === "asking"}>
						Explain
					</button>
				</form>
				<section aria-label="Explanation" aria-live="polite">
					<Answer said={said} />
				</section>
			</div>
		</>
	);
}

function Answer({ said }: { readonly said: Said }) {
	switch (said.kind) {
		case "nothing":
			return (
				<p class="empty">
					The explanation appears here. GitHub shows the payloads of an App's deliveries under Settings, Advanced.
				</p>
			);
		case "asking":
			return <p class="empty">Asking …</p>;
		case "problem":
			return <p class="error">{said.problem}</p>;
		case "explained": {
			const { verdict, agent, failure_type, rule, explanation } = said.explained;
			return (
				<>
					<p class="verdict-line">
						<span class={`mark ${agent === null ? "quiet" : "good"}`}>{agent ?? "no CodeRun"}</span> {verdict}
						{failure_type !== null && (
							<>
								{" "}
								<code>{failure_type}</code> by the rule <code>{rule}</code>.
							</>
						)}
					</p>
					<ExplanationTree stages={explanation} />
				</>
			);
		}
		default:
			return said satisfies never;
	}
}

function readJson(
	text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string } {
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch (error) {
		return { ok: false, problem: error instanceof Error ? error.message : String(error) };
	}
}
