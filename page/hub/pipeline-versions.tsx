import { useState } from "preact/hooks";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { useAct } from "../api/act.ts";
import { may } from "../api/viewer.ts";
import { Age } from "../parts/age.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Version } from "../parts/version.tsx";
import { DEPLOYED, RollbackPreview } from "./rollback-preview.tsx";

/** The active version, and those kept: an administrator sees what going back would change, and goes back. */
export function PipelineVersions({ pipeline, pipelines }: Pick<HubStatus, "pipeline" | "pipelines">) {
	const [chosen, choose] = useState<string>();
	const { isBusy, result, run } = useAct();
	const isDeployed = pipelines.every(({ active }) => !active);
	const compare = (version: string) =>
		may("administer") && (
			<button
				type="button"
				aria-pressed={chosen === version}
				onClick={() => choose(chosen === version ? undefined : version)}
			>
				Compare
			</button>
		);
	return (
		<>
			<p>
				The active version is <Version version={pipeline} />
				<CopyButton text={pipeline} what="the version" />
				{isDeployed && <span class="dim"> the one that the worker was deployed with</span>}
			</p>
			<ul class="versions">
				{pipelines.map(({ version, pushed_at, author, message, active }) => (
					<li key={version}>
						<div class="line">
							<Version version={version} /> {active && <span class="mark good">active</span>}
							<span>{author ?? <span class="dim">unknown</span>}</span>
							<Age at={pushed_at} />
							{!active && compare(version)}
						</div>
						{message !== null && <div class="reason">{message}</div>}
					</li>
				))}
				{!isDeployed && may("administer") && (
					<li>
						<div class="line">
							<span>The version that the worker was deployed with</span>
							{compare(DEPLOYED)}
						</div>
					</li>
				)}
			</ul>
			{chosen !== undefined && (
				<RollbackPreview
					to={chosen}
					isBusy={isBusy}
					rollBack={async () => {
						await run("POST", "/api/pipeline/rollback", { to: chosen });
						choose(undefined);
					}}
				/>
			)}
			<p class="dim" role="status">
				{result}
			</p>
			{may("administer") && (
				<p class="dim">
					<code>npx healer push</code> activates a new version. <a href="/playground">Try an edit first</a>.
				</p>
			)}
		</>
	);
}
