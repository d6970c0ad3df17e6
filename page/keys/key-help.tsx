import { useEffect, useRef } from "preact/hooks";
import { areKeysOn, isHelpShown, turnKeys } from "./follow-keys.ts";
import { SHORTCUTS } from "./shortcut.ts";

/** The list of keys, as a dialog, and the switch that turns them off. */
export function KeyHelp() {
	const dialog = useRef<HTMLDialogElement>(null);
	const { value: isShown } = isHelpShown;
	useEffect(() => {
		if (isShown) dialog.current?.showModal();
		else dialog.current?.close();
	}, [isShown]);
	return (
		<dialog ref={dialog} aria-labelledby="keys" onClose={() => (isHelpShown.value = false)}>
			<h2 id="keys">Keys</h2>
			<dl class="keys">
				{SHORTCUTS.map(({ key, does }) => (
					<div key={key}>
						<dt>
							<kbd>{key}</kbd>
						</dt>
						<dd>{does}</dd>
					</div>
				))}
				<div>
					<dt>
						<kbd>Enter</kbd>
					</dt>
					<dd>Open the row</dd>
				</div>
			</dl>
			<label class="check">
				<input
					type="checkbox"
					checked={areKeysOn.value}
					onChange={({ currentTarget }) => turnKeys(currentTarget.checked)}
				/>
				Single keys do something
			</label>
			<form method="dialog" class="actions">
				<button type="submit">Close</button>
			</form>
		</dialog>
	);
}
