import type { AuditLine, AuditPage } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { useResource } from "../api/resource.ts";
import { isLockedOut } from "../api/token.ts";
import { may, viewer } from "../api/viewer.ts";
import { Age } from "../parts/age.tsx";
import { pullRequestPlace } from "../parts/github-places.ts";
import { OutsideLink } from "../parts/outside-link.tsx";
import { PagedTable } from "../parts/paged-table.tsx";
import { Version } from "../parts/version.tsx";
import { addressOf, params } from "../route.ts";

/** Who did what, newest first. Only who may administer sees it. */
export function AuditView() {
	return (
		<>
			<h1 tabIndex={-1}>Audit trail</h1>
			<p class="dim lead">Who pushed, rolled back, paused, resumed, released, retried and stopped, newest first.</p>
			{viewer.value === undefined ? (
				<p class="empty">Loading…</p>
			) : may("administer") ? (
				<Trail />
			) : (
				<div class="empty">
					<p>
						The audit trail needs the right to administer: a token of <code>HEALER_ADMIN_TOKENS</code>, or{" "}
						<code>HEALER_API_TOKEN</code>. <code>npx healer audit</code> prints it, too.
					</p>
					<button type="button" onClick={() => (isLockedOut.value = true)}>
						Enter a token
					</button>
				</div>
			)}
		</>
	);
}

function Trail() {
	const before = params.value.get("before") ?? "";
	const resource = useResource<AuditPage>(addressOf("/api/audit", { before }), "polls");
	const next = resource.body?.next;
	return (
		<PagedTable
			of={resource}
			rows={resource.body?.audit}
			show={(lines) => <Lines lines={lines} />}
			whenNone={<p class="empty">Nobody did anything by hand yet.</p>}
			newest={before === "" ? undefined : "/audit"}
			older={next == null ? undefined : addressOf("/audit", { before: next })}
		/>
	);
}

function Lines({ lines }: { readonly lines: readonly AuditLine[] }) {
	return (
		<table class="stacked">
			<thead>
				<tr>
					<th scope="col">Action</th>
					<th scope="col">On</th>
					<th scope="col">Detail</th>
					<th scope="col">Who</th>
					<th scope="col" class="when">
						When
					</th>
				</tr>
			</thead>
			<tbody>
				{lines.map((line, index) => (
					<tr key={`${index} ${line.at}`}>
						<td class="action">
							<b>{line.action}</b>
						</td>
						<td class="where">
							<Target target={line.target} />
						</td>
						<td class="what">{line.detail}</td>
						<td>
							{line.who} <span class="dim">{PROOFS[line.proof]}</span>{" "}
							{line.token !== null && <code title="The beginning of the token's SHA-256">{line.token}</code>}
						</td>
						<td class="when">
							<Age at={line.at} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Target({ target }: { readonly target: string | null }) {
	if (target === null) return <span class="dim">the hub</span>;
	if (/^[0-9a-f]{32}$/.test(target)) return <a href={`/incidents/${target}`}>incident #{target.slice(0, 5)}</a>;
	const [, repository, number] = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(target) ?? [];
	if (repository !== undefined && number !== undefined) {
		const place = pullRequestPlace(status.value?.github_url, repository, Number(number));
		return <OutsideLink href={place}>{target}</OutsideLink>;
	}
	if (target !== "bundled" && !/^[0-9a-f]{16}$/.test(target)) return <>{target}</>;
	return (
		<a href="/hub">
			pipeline <Version version={target} />
		</a>
	);
}

const PROOFS = {
	token: "",
	access: "by Access",
	loopback: "on this machine",
	comment: "by a comment",
} as const satisfies Record<AuditLine["proof"], string>;
