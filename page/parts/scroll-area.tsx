import type { ComponentChildren, Ref } from "preact";

/** An area that scrolls on its own. `look`: its class; `place`: leads to its element. */
export function ScrollArea({
	look,
	label,
	place = null,
	children,
}: {
	readonly look: string;
	readonly label: string;
	readonly place?: Ref<HTMLElement>;
	readonly children: ComponentChildren;
}) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard.
		<section class={look} tabIndex={0} aria-label={label} ref={place}>
			{children}
		</section>
	);
}
