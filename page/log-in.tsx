import { useState } from "preact/hooks";
import { keepToken, token } from "./api/token.ts";
import { viewer } from "./api/viewer.ts";

/** Asks for a token. It stays in this tab and is sent to this worker only. */
export function LogIn() {
	const [typed, setTyped] = useState("");
	return (
		<section class="log-in">
			<h1 tabIndex={-1}>API token required</h1>
			<form
				class="card"
				onSubmit={(event) => {
					event.preventDefault();
					if (typed.trim() !== "") keepToken(typed.trim());
				}}
			>
				{token.value !== undefined && (
					<p class="error">
						{viewer.value?.rights.length ? "This token may not read." : "The worker rejected this token."}
					</p>
				)}
				<label>
					API token
					<input
						type="password"
						autocomplete="off"
						spellcheck={false}
						value={typed}
						onInput={(event) => setTyped(event.currentTarget.value)}
					/>
				</label>
				<button type="submit" class="main">
					Open
				</button>
				<p class="dim">
					One of the worker's <code>HEALER_READ_TOKENS</code> or <code>HEALER_OPERATE_TOKENS</code>, or its{" "}
					<code>HEALER_API_TOKEN</code>. It stays in this tab. Behind Cloudflare Access you need no token.
				</p>
			</form>
		</section>
	);
}
