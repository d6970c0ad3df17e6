import { useState } from "preact/hooks";
import { keepToken, token } from "./api/token.ts";

/** Asks for the API token. It is kept in this tab alone, and sent to this worker alone. */
export function LogIn() {
	const [given, give] = useState("");
	return (
		<section class="log-in">
			<h1 tabIndex={-1}>This Healer is locked</h1>
			<form
				class="card"
				onSubmit={(event) => {
					event.preventDefault();
					if (given.trim() !== "") keepToken(given.trim());
				}}
			>
				{token.value !== undefined && <p class="error">The worker does not take that token.</p>}
				<label>
					API token
					<input
						type="password"
						autocomplete="off"
						spellcheck={false}
						value={given}
						onInput={(event) => give(event.currentTarget.value)}
					/>
				</label>
				<button type="submit" class="main">
					Open
				</button>
				<p class="dim">
					<code>HEALER_API_TOKEN</code> of the worker. It stays in this tab. Behind Cloudflare Access none is needed.
				</p>
			</form>
		</section>
	);
}
