import { OutsideLink } from "../../parts/outside-link.tsx";
import { CommitLink } from "../../parts/place-links.tsx";
import { JobLogs } from "./job-logs.tsx";
import { type Data, recordsIn, textOf, textsIn } from "./read-data.ts";

/** The data of one part, as its source gives it. */
export function PartData({
	from,
	data,
	repository,
	decisive,
}: {
	readonly from: string;
	readonly data: Data;
	readonly repository: string;
	readonly decisive: string | undefined;
}) {
	switch (from) {
		case "github.job_logs":
			return <JobLogs data={data} decisive={decisive} />;
		case "github.changed_files":
			return <ChangedFiles data={data} />;
		case "github.pull_request":
			return <PullRequest data={data} />;
		case "github.review":
			return <Review data={data} />;
		case "github.commit":
			return <Commit data={data} repository={repository} />;
		default:
			return <Fields data={data} />;
	}
}

function ChangedFiles({ data }: { readonly data: Data }) {
	const files = recordsIn(data.files);
	return (
		<ul class="files">
			{files.map((file, index) => (
				<li key={index}>
					<code>{textOf(file.path)}</code>
				</li>
			))}
			{typeof data.total === "number" && data.total > files.length && (
				<li class="dim">and {data.total - files.length} more</li>
			)}
		</ul>
	);
}

function PullRequest({ data }: { readonly data: Data }) {
	const labels = textsIn(data.labels);
	return (
		<>
			<p>
				<OutsideLink href={textOf(data.url)}>
					#{textOf(data.number)} {textOf(data.title)}
				</OutsideLink>{" "}
				{data.is_draft === true && <span class="dim">draft</span>}
			</p>
			<p class="dim">
				by {textOf(data.author) ?? "somebody unknown"}, <code>{textOf(data.head_branch)}</code> into{" "}
				<code>{textOf(data.base_branch)}</code>
				{textOf(data.mergeable_state) !== undefined && `, ${textOf(data.mergeable_state)}`}
				{labels.length > 0 && `, labels ${labels.join(", ")}`}
			</p>
		</>
	);
}

function Review({ data }: { readonly data: Data }) {
	return (
		<ul class="findings">
			{recordsIn(data.findings).map((finding, index) => (
				<li key={index}>
					<OutsideLink href={textOf(finding.url)}>
						<code>
							{textOf(finding.path)}
							{textOf(finding.line) !== undefined && `:${textOf(finding.line)}`}
						</code>
					</OutsideLink>
					<p class="said">{textOf(finding.text)}</p>
				</li>
			))}
		</ul>
	);
}

function Commit({ data, repository }: { readonly data: Data; readonly repository: string }) {
	const sha = textOf(data.sha);
	return (
		<>
			<p class="said">{textOf(data.message)}</p>
			<p class="dim">
				{sha !== undefined && <CommitLink repository={repository} sha={sha} />} by {textOf(data.author) ?? "unknown"}
			</p>
		</>
	);
}

/** Texts by their names; lists of lines, as Argo CD, Loki, Prometheus, Grafana and Kubernetes give them, line by line. */
function Fields({ data }: { readonly data: Data }) {
	return (
		<dl class="fields">
			{Object.entries(data).map(([name, value]) => (
				<div key={name}>
					<dt>{name.replaceAll("_", " ")}</dt>
					<dd>
						<Value value={value} />
					</dd>
				</div>
			))}
		</dl>
	);
}

function Value({ value }: { readonly value: unknown }) {
	const lines = textsIn(value);
	if (lines.length > 0) return <pre class="lines">{lines.join("\n")}</pre>;
	return textOf(value) ?? <code>{JSON.stringify(value)}</code>;
}
