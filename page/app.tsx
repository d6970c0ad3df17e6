import { useEffect, useRef } from "preact/hooks";
import { isLockedOut } from "./api/token.ts";
import { Frame } from "./frame.tsx";
import { Home } from "./home/home.tsx";
import { Hub } from "./hub/hub.tsx";
import { IncidentView } from "./incident/incident-view.tsx";
import { InsightsView } from "./insights/insights.tsx";
import { LogIn } from "./log-in.tsx";
import { Playground } from "./playground/playground.tsx";
import { view } from "./route.ts";

/** Every view that there is. */
export function App() {
	const { value: shown } = view;
	const key = shown.name === "incident" ? shown.id : shown.name;
	const isFirst = useRef(true);
	// Who reads by ear has to be told that the view is another one.
	useEffect(() => {
		if (!isFirst.current) document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
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
		case "hub":
			return <Hub />;
		case "playground":
			return <Playground />;
		case "insights":
			return <InsightsView />;
		case "nowhere":
			return <Nowhere />;
		default:
			return shown satisfies never;
	}
}

function Nowhere() {
	return (
		<section>
			<h1 tabIndex={-1}>There is nothing here</h1>
			<p>
				<a href="/">What runs now, and the last incidents</a>
			</p>
		</section>
	);
}
