import { useEffect, useRef } from "preact/hooks";
import { visibleText } from "../pipeline/prompt/visible-text.ts";
import { isLockedOut } from "./api/token.ts";
import { AuditView } from "./audit/audit-view.tsx";
import { FlakesView } from "./flakes/flakes-view.tsx";
import { Frame } from "./frame.tsx";
import { Home } from "./home/home.tsx";
import { Hub } from "./hub/hub.tsx";
import { IgnoredView } from "./ignored/ignored-view.tsx";
import { IncidentView } from "./incident/incident-view.tsx";
import { InsightsView } from "./insights/insights.tsx";
import { LogIn } from "./log-in.tsx";
import { ObservedView } from "./observed/observed-view.tsx";
import { Playground } from "./playground/playground.tsx";
import { view } from "./route.ts";

export function App() {
	const { value: shown } = view;
	const key = shown.name === "incident" ? shown.id : shown.name;
	const isFirst = useRef(true);
	// Screen readers announce a new view only when the focus moves to it.
	useEffect(() => {
		// But not from the search, if a key led to it.
		const isSearching = document.activeElement?.matches("[data-search]") === true;
		if (!isFirst.current && !isSearching) document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
		isFirst.current = false;
	}, [key]);
	return <Frame>{isLockedOut.value ? <LogIn /> : <Shown key={key} />}</Frame>;
}

function Shown() {
	const { value: shown } = view;
	switch (shown.name) {
		case "home":
			return <Home />;
		case "incident":
			return <IncidentView id={shown.id} />;
		case "ignored":
			return <IgnoredView />;
		case "flakes":
			return <FlakesView />;
		case "observed":
			return <ObservedView />;
		case "audit":
			return <AuditView />;
		case "hub":
			return <Hub />;
		case "playground":
			return <Playground />;
		case "insights":
			return <InsightsView />;
		case "not-found":
			return <NotFound />;
		default:
			return shown satisfies never;
	}
}

function NotFound() {
	return (
		<section>
			<h1 tabIndex={-1}>Page not found</h1>
			<p>
				No view has the address <code>{visibleText(location.pathname)}</code>.
			</p>
			<p>
				<a href="/">Show all incidents</a>
			</p>
		</section>
	);
}
