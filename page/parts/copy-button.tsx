import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 2_000;

/** Copies a text. `what` names it for screen readers and as the tooltip: `the commit`. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
	const [result, setResult] = useState<"copied" | "not copied">();
	useEffect(() => {
		if (result === undefined) return;
		const timer = setTimeout(() => setResult(undefined), SHOWN_MS);
		return () => clearTimeout(timer);
	}, [result]);
	// The browser refuses without https, or when the person does not allow it.
	const copy = () =>
		navigator.clipboard.writeText(text).then(
			() => setResult("copied"),
			() => setResult("not copied"),
		);
	return (
		<span class="copy">
			<button type="button" class="icon" title={`Copy ${what}`} aria-label={`Copy ${what}`} onClick={() => void copy()}>
				<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
					<path d="M5 2h8v9H5zM3 5v9h8" fill="none" stroke="currentColor" stroke-width="1.5" />
				</svg>
			</button>
			<span class="dim" role="status">
				{result}
			</span>
		</span>
	);
}
