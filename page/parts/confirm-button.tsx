import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** A button that asks once more before it acts. `about`: what it acts on, for screen readers. */
export function ConfirmButton({
	text,
	about,
	title,
	disabled = false,
	onConfirm,
	children,
}: {
	readonly text: string;
	readonly about?: string;
	readonly title?: string;
	readonly disabled?: boolean;
	readonly onConfirm: () => void;
	readonly children?: ComponentChildren;
}) {
	const [isAsking, setAsking] = useState(false);
	const spoken = about === undefined ? "" : `: ${about}`;
	return (
		<button
			type="button"
			disabled={disabled}
			title={title}
			aria-label={isAsking ? `Really ${text}${spoken}` : `${text}${spoken}`}
			onBlur={() => setAsking(false)}
			onClick={() => {
				setAsking(!isAsking);
				if (isAsking) onConfirm();
			}}
		>
			{isAsking ? `Really ${text.toLowerCase()}?` : (children ?? text)}
		</button>
	);
}
