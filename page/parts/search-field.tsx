import { useEffect, useRef, useState } from "preact/hooks";
import { isSearchWanted } from "../keys/follow-keys.ts";

const PAUSE_MS = 250;

/** A search that follows what is typed, a moment later. The key `/` moves the focus to it. */
export function SearchField({
	text,
	placeholder,
	onSearch,
}: {
	readonly text: string;
	readonly placeholder: string;
	readonly onSearch: (text: string) => void;
}) {
	const [typed, type] = useState(text);
	const field = useRef<HTMLInputElement>(null);
	useEffect(() => {
		if (isSearchWanted.value) field.current?.focus();
		isSearchWanted.value = false;
	}, []);
	useEffect(() => type(text), [text]);
	useEffect(() => {
		if (typed.trim() === text) return;
		const timer = setTimeout(() => onSearch(typed.trim()), PAUSE_MS);
		return () => clearTimeout(timer);
	}, [typed]);
	return (
		<label class="wide">
			<span>Search</span>
			<input
				type="search"
				data-search
				ref={field}
				placeholder={placeholder}
				maxLength={255}
				value={typed}
				onInput={({ currentTarget }) => type(currentTarget.value)}
			/>
		</label>
	);
}
