import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ShownPause } from "../worker/api/shapes.ts";
import { status, trouble } from "./api/poll.ts";
import { forgetToken, isLockedOut, token } from "./api/token.ts";
import { may, viewer } from "./api/viewer.ts";
import { countIn } from "./home/lanes.ts";
import { isHelpShown } from "./keys/follow-keys.ts";
import { KeyHelp } from "./keys/key-help.tsx";
import { Age, Until } from "./parts/age.tsx";
import { Version } from "./parts/version.tsx";
import { type View, view } from "./route.ts";

const LINKS: readonly { readonly name: View["name"]; readonly href: string; readonly text: string }[] = [
	{ name: "home", href: "/", text: "Incidents" },
	{ name: "ignored", href: "/ignored", text: "Ignored" },
	{ name: "flakes", href: "/flakes", text: "Flakes" },
	{ name: "observed", href: "/observed", text: "Observed" },
	{ name: "insights", href: "/insights", text: "Insights" },
	{ name: "audit", href: "/audit", text: "Audit" },
	{ name: "hub", href: "/hub", text: "Hub" },
	{ name: "playground", href: "/playground", text: "Playground" },
];

/** The header around every view: navigation, whether the page is live, and the pause banner. */
export function Frame({ children }: { readonly children: ComponentChildren }) {
	const open = status.value === undefined ? 0 : countIn("person", status.value.incidents);
	useEffect(() => {
		document.title = open > 0 ? `(${open}) Healer` : "Healer";
	}, [open]);
	const nav = useRef<HTMLElement>(null);
	// On a narrow screen the views scroll: the current one is always seen.
	useEffect(() => {
		nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}, [view.value.name]);
	return (
		<>
			<a class="skip" href="#main">
				Skip to content
			</a>
			<header class="frame">
				<a class="brand" href="/">
					<img src="/assets/icon.svg" alt="" width="22" height="22" />
					Healer
				</a>
				<nav aria-label="Views" ref={nav}>
					{LINKS.map(({ name, href, text }) => (
						<a key={href} href={href} aria-current={isCurrent(name) ? "page" : undefined}>
							{text}
						</a>
					))}
				</nav>
				<Liveness />
			</header>
			<PauseBanner />
			<RepositoriesBanner />
			<NotStartingBanner />
			<main id="main">{children}</main>
			<KeyHelp />
		</>
	);
}

function isCurrent(name: View["name"]): boolean {
	const { value: shown } = view;
	return shown.name === name || (shown.name === "incident" && name === "home");
}

function Liveness() {
	const problem = isLockedOut.value ? undefined : trouble.value;
	return (
		<div class="liveness">
			{status.value !== undefined && (
				<a class="quiet version" href="/hub" title="Active pipeline">
					<Version version={status.value.pipeline} />
				</a>
			)}
			<span class={`live ${problem === undefined ? "on" : "off"}`} role="status">
				{isLockedOut.value ? "Locked" : problem === undefined ? "Live" : `Not live: ${problem}`}
			</span>
			{may("read") && !may("operate") && (
				<span class="dim" title={`${viewer.value?.who ?? "You"}: may read, not act`}>
					Read only
				</span>
			)}
			<button
				type="button"
				class="icon"
				title="Keys"
				aria-label="Show the keys"
				onClick={() => (isHelpShown.value = true)}
			>
				?
			</button>
			{token.value !== undefined && (
				<button type="button" class="plain" onClick={forgetToken}>
					Forget token
				</button>
			)}
		</div>
	);
}

function NotStartingBanner() {
	const stalled = status.value?.not_starting;
	if (stalled == null) return null;
	return (
		<div class="banner" role="status">
			<strong>No controller starts CodeRuns</strong> since <Age at={stalled.since} />. Incidents wait; none are lost.
			Every 10 minutes one CodeRun is created to see whether it is started.
			{may("operate") && (
				<>
					{" "}
					Go on at once with <code>npx healer resume</code>.
				</>
			)}
		</div>
	);
}

function PauseBanner() {
	const paused = status.value?.paused;
	if (paused == null) return null;
	return (
		<div class="banner" role="status">
			<strong>Paused.</strong> No CodeRuns are created. Incidents wait; none are lost.{" "}
			{paused.by === "pipeline" ? (
				<>
					Set by <code>settings.paused</code> in the pipeline.
				</>
			) : (
				<PausedSince {...paused} />
			)}
		</div>
	);
}

function RepositoriesBanner() {
	const all = status.value?.paused_repositories ?? [];
	const [first, ...others] = all;
	// What is paused as a whole says so already.
	if (first === undefined || status.value?.paused != null) return null;
	return (
		<div class="banner" role="status">
			{others.length > 0 ? (
				<>
					<strong>Paused: {all.length} repositories.</strong> No CodeRuns are created for them. See{" "}
					<a href="/hub">Hub</a>.
				</>
			) : (
				<>
					<strong>Paused: {first.repository}.</strong> No CodeRuns are created for it. <PausedSince {...first} />
				</>
			)}
		</div>
	);
}

/** Why and since when somebody paused it, when that ends, and where it is resumed. */
function PausedSince({ reason, since, until }: Pick<ShownPause, "reason" | "since" | "until">) {
	return (
		<>
			{reason !== null && <q>{reason}</q>} Paused <Age at={since} />
			<Ending until={until} />.
			{may("operate") && (
				<>
					{" "}
					Resume it under <a href="/hub">Hub</a>.
				</>
			)}
		</>
	);
}

/** Of a pause that ends by itself. */
function Ending({ until }: { readonly until: string | null }) {
	if (until === null) return null;
	return (
		<>
			, ends <Until at={until} />
		</>
	);
}
