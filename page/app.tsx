import { useEffect } from "preact/hooks";
import { isLockedOut } from "./api/token.ts";
import { Frame } from "./frame.tsx";
import { Home } from "./home/home.tsx";
import { Hub } from "./hub/hub.tsx";
import { IncidentView } from "./incident/incident-view.tsx";
import { LogIn } from "./log-in.tsx";
import { Playground } from "./playground/playground.tsx";
import { view } from "./route.ts";

/** Every view that there is. */
export function App() {
	const { value: shown } = view;
	const key = shown.name === "incident" ? shown.id : shown.name;
	// Who reads by ear has to be told that the view is another one; who goes back finds the place by the browser.
	useEffect(() => document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }), [key]);
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
