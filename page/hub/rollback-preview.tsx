import { useEffect, useState } from "preact/hooks";
import { ask } from "../api/ask.ts";
import { askEngine } from "../engine/ask-engine.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { ScrollArea } from "../parts/scroll-area.tsx";

/** The name by which the version that the worker was deployed with is chosen. */
export const DEPLOYED = "bundled";

type Difference =
	| { readonly kind: "loading" }
	| { readonly kind: "problem"; readonly problem: string }
	| { readonly kind: "lines"; readonly lines: readonly string[] };

/** What going back to a version would change, line by line, and the button that does it. */
export function RollbackPreview({
	to,
	isBusy,
	rollBack,
}: {
	readonly to: string;
	readonly isBusy: boolean;
	readonly rollBack: () => Promise<void>;
}) {
	const [difference, setDifference] = useState<Difference>({ kind: "loading" });
	useEffect(() => {
		let isCurrent = true;
		setDifference({ kind: "loading" });
		void differenceTo(to).then((found) => isCurrent && setDifference(found));
		return () => {
			isCurrent = false;
		};
	}, [to]);
	return (
		<section class="rollback" aria-label="What going back changes">
			<h3>What going back to {to === DEPLOYED ? "the deployed version" : to.slice(0, 8)} changes</h3>
			{difference.kind === "loading" && <p class="empty">Loading…</p>}
			{difference.kind === "problem" && (
				<p class="error" role="alert">
					{difference.problem}
				</p>
			)}
			{difference.kind === "lines" && <Diff lines={difference.lines} />}
			{difference.kind === "lines" && (
				<div class="actions">
					<ConfirmButton
						text="Roll back"
						title="Activates this version, here at once and everywhere within a minute."
						disabled={isBusy}
						onConfirm={() => void rollBack()}
					/>
				</div>
			)}
		</section>
	);
}

async function differenceTo(to: string): Promise<Difference> {
	const [active, target] = await Promise.all([artefact(), artefact(to)]);
	if (!active.ok) return { kind: "problem", problem: active.error };
	if (!target.ok) return { kind: "problem", problem: target.error };
	const answer = await askEngine({ kind: "diff", active: active.artefact, next: target.artefact });
	switch (answer.kind) {
		case "diff":
			return { kind: "lines", lines: answer.lines };
		case "problem":
			return answer;
		case "explained":
			return { kind: "problem", problem: "the engine answered another question" };
		default:
			return answer satisfies never;
	}
}

type Exported = { readonly ok: true; readonly artefact: unknown } | { readonly ok: false; readonly error: string };

/** A kept version's artefact; without a name the active one's. */
async function artefact(version?: string): Promise<Exported> {
	const query = new URLSearchParams({ with: "pipeline", ...(version !== undefined && { version }) });
	const answer = await ask(`/api/export?${query}`);
	if (!answer.ok) return answer;
	return { ok: true, artefact: "body" in answer ? (answer.body as { artefact: unknown }).artefact : undefined };
}

function Diff({ lines }: { readonly lines: readonly string[] }) {
	if (lines.length === 0) return <p class="empty">Nothing: both versions decide alike.</p>;
	return (
		<ScrollArea look="diff" label="Changed lines">
			{lines.map((line, index) => (
				<div key={index} class={SIGNS[line.charAt(0)] ?? ""}>
					{line}
				</div>
			))}
		</ScrollArea>
	);
}

const SIGNS: Readonly<Record<string, string>> = { "+": "added", "-": "removed", "@": "hunk" };
