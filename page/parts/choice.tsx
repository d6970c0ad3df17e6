/** One filter with its known values; `any` is none. */
export function Choice({
	label,
	chosen,
	choices,
	textOf = (choice) => choice,
	onChoose,
}: {
	readonly label: string;
	readonly chosen: string;
	readonly choices: readonly string[] | undefined;
	readonly textOf?: (choice: string) => string;
	readonly onChoose: (choice: string) => void;
}) {
	const known = choices ?? [];
	// The address may name several values, or one that the journal does not hold yet.
	const all = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
	return (
		<label>
			<span>{label}</span>
			<select value={chosen} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
				<option value="">any</option>
				{all.map((choice) => (
					<option key={choice} value={choice}>
						{textOf(choice)}
					</option>
				))}
			</select>
		</label>
	);
}
