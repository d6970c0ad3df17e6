import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { ExplanationTree } from "./explanation-tree.tsx";

/** Who fixes it and why: one sentence, the decisive line, and folded below it every rule that was looked at. */
export function Why({ verdict, explanation }: Pick<IncidentDetail, "verdict" | "explanation">) {
	const { because, stages } = explanation;
	if (verdict === null) return <ExplanationTree stages={stages} />;
	const line = because?.by === "evidence" ? because.line : undefined;
	return (
		<>
			<p class="verdict-line">{verdict}.</p>
			{line !== undefined && <pre class="decisive">{line}</pre>}
			<details class="more">
				<summary>All rules, stage by stage</summary>
				<ExplanationTree stages={stages} />
			</details>
		</>
	);
}
