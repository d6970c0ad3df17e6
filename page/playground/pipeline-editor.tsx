import { useState } from "preact/hooks";
import type { PipelineSource } from "../../worker/api/shapes.ts";
import { Version } from "../parts/version.tsx";

/** The active pipeline's text to edit; or a file of yours. `edit`: undefined until it is changed. */
export function PipelineEditor({
	source,
	edit,
	onEdit,
}: {
	readonly source: PipelineSource | undefined;
	readonly edit: string | undefined;
	readonly onEdit: (text: string | undefined) => void;
}) {
	const [isOpen, setOpen] = useState(false);
	const text = edit ?? source?.source ?? "";
	const isEdited = edit !== undefined && edit !== source?.source;
	return (
		<details class="more" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
			<summary>Try an edited pipeline {isEdited && <span class="mark wait">edited</span>}</summary>
			<label>
				<span>pipeline.yaml {source !== undefined && <Version version={source.version} />}</span>
				<textarea rows={18} spellcheck={false} value={text} onInput={(e) => onEdit(e.currentTarget.value)} />
			</label>
			{source?.source === null && (
				<p class="dim">An older Healer built the active pipeline without its text: open your file.</p>
			)}
			<div class="actions">
				<label class="file">
					<span class="dim">Open a file</span>
					<input
						type="file"
						accept=".yaml,.yml"
						onChange={async ({ currentTarget }) => {
							const [file] = currentTarget.files ?? [];
							if (file !== undefined) onEdit(await file.text());
						}}
					/>
				</label>
				{isEdited && (
					<button type="button" onClick={() => onEdit(undefined)}>
						Back to the active one
					</button>
				)}
			</div>
		</details>
	);
}
