import { computed, signal } from "@preact/signals";

/** The current address. Every view has its own, so the browser's back button works. */
const address = signal(read());

export type View =
	| { readonly name: "home" }
	| { readonly name: "incident"; readonly id: string }
	| { readonly name: "ignored" }
	| { readonly name: "flakes" }
	| { readonly name: "observed" }
	| { readonly name: "audit" }
	| { readonly name: "hub" }
	| { readonly name: "insights" }
	| { readonly name: "playground" }
	| { readonly name: "not-found" };

export const view = computed((): View => {
	const { pathname } = address.value;
	const id = /^\/incidents\/([0-9a-f]{1,64})$/.exec(pathname)?.[1];
	if (id !== undefined) return { name: "incident", id };
	switch (pathname) {
		case "/":
			return { name: "home" };
		case "/ignored":
		case "/flakes":
		case "/observed":
		case "/audit":
		case "/hub":
		case "/insights":
		case "/playground":
			return {
				name: pathname.slice(1) as "ignored" | "flakes" | "observed" | "audit" | "hub" | "insights" | "playground",
			};
		default:
			return { name: "not-found" };
	}
});

export const params = computed(() => new URLSearchParams(address.value.search));

/** These of the parameters; one that is not set is empty. */
export function valuesIn<Name extends string>(
	all: URLSearchParams,
	names: readonly Name[],
): Readonly<Record<Name, string>> {
	return Object.fromEntries(names.map((name) => [name, all.get(name) ?? ""])) as Readonly<Record<Name, string>>;
}

/** The address with these parameters; empty ones are left out. */
export function addressOf(path: string, values: Readonly<Record<string, string>>): string {
	const set = Object.entries(values).filter(([, value]) => value !== "");
	return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
}

/** Shows another view, with a history entry. */
export function go(href: string): void {
	history.pushState(null, "", href);
	address.value = read();
}

/** Changes the address without a history entry. */
export function replaceAddress(href: string): void {
	history.replaceState(null, "", href);
	address.value = read();
}

/** Same-origin links change the view without a page load. Modified clicks and all other links go to the browser. */
export function followLinks(): void {
	addEventListener("popstate", () => (address.value = read()));
	addEventListener("click", (event) => {
		const link = event.target instanceof Element ? event.target.closest("a") : null;
		if (link === null || event.defaultPrevented || event.button !== 0) return;
		if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		if (link.origin !== location.origin || link.target !== "" || link.hash !== "") return;
		event.preventDefault();
		go(link.href);
		scrollTo(0, 0);
	});
}

function read(): { readonly pathname: string; readonly search: string } {
	return { pathname: location.pathname, search: location.search };
}
