import { useState } from "preact/hooks";
import { splitList } from "../../wire/secret-list.ts";
import type { Choices, PipelineSource } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Answer } from "./answer.tsx";
import { type Answered, decide } from "./decide.ts";
import { EXAMPLE } from "./example.ts";
import { PipelineEditor } from "./pipeline-editor.tsx";

/**
 * Shows what the active pipeline would decide about a payload and a log, and beside it what an edited one would. Nothing is
 * stored and no CodeRun is created.
 */
export function Playground() {
	const [event, setEvent] = useState("workflow_job");
	const [payload, setPayload] = useState("");
	const [log, setLog] = useState("");
	const [files, setFiles] = useState("");
	const [edit, setEdit] = useState<string>();
	const [answered, setAnswered] = useState<Answered>({ kind: "nothing" });
	const source = useResource<PipelineSource>("/api/pipeline?with=source", "pipeline").body;
	const repositories = useResource<Choices>("/api/choices", "pipeline").body?.repositories ?? [];

	const explain = async () => {
		setAnswered({ kind: "loading" });
		const isEdited = edit !== undefined && source !== undefined && edit !== source.source;
		const asked = { event: event.trim(), payload, log, changed_files: splitList(files) };
		setAnswered(await decide(asked, isEdited ? { text: edit, prompts: source.prompts } : undefined));
	};
	// An example of another repository would only show that it is filtered.
	const repository = repositories[0] ?? (source && (firstRepository(source.source) ?? "acme/shop"));
	const fillIn = () => {
		if (repository === undefined) return;
		setEvent(EXAMPLE.event);
		setPayload(EXAMPLE.payload(repository));
		setLog(EXAMPLE.log);
	};

	return (
		<>
			<h1 tabIndex={-1}>Playground</h1>
			<p class="dim lead">
				What would be decided about a delivery, by the active pipeline or by your edit of it. Nothing is stored, no
				CodeRun is created, and an edit never leaves this browser.
			</p>
			<div class="playground">
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
							rows={12}
							spellcheck={false}
							value={payload}
							onInput={(e) => setPayload(e.currentTarget.value)}
						/>
					</label>
					<label>
						Log of the failed job (optional)
						<textarea rows={5} spellcheck={false} value={log} onInput={(e) => setLog(e.currentTarget.value)} />
					</label>
					<label>
						Changed files (optional, separated by commas or line breaks)
						<textarea rows={2} spellcheck={false} value={files} onInput={(e) => setFiles(e.currentTarget.value)} />
					</label>
					<PipelineEditor source={source} edit={edit} onEdit={setEdit} />
					<div class="actions">
						<button type="submit" class="main" disabled={answered.kind === "loading"}>
							Explain
						</button>
						<button type="button" disabled={repository === undefined} onClick={fillIn}>
							Fill in an example
						</button>
					</div>
				</form>
				<section class="panel" aria-label="Explanation" aria-live="polite">
					<Answer answered={answered} />
				</section>
			</div>
		</>
	);
}

/** The first repository that the pipeline's text names. */
function firstRepository(text: string | null): string | undefined {
	return /^\s*repositories:\s*\[\s*"?([\w.-]+\/[\w.-]+)/m.exec(text ?? "")?.[1];
}
