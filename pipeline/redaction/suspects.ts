/**
 * What any secret that is looked for has in or before it. Most texts have nothing of the kind and are passed by at the
 * cost of two looks; a text that has is looked at line by line.
 */
const WORDS =
	/pass|pwd|secret|token|key|cred|authorization|cookie|bearer|basic|(?:slack|discord(?:app)?)\.com\/|:\/\/[^\s/]{0,384}@|[?&;#](?:sig|code|state|sid|session|jwt|hmac|auth|x-amz|x-goog)|\s-u |--user|login|mysql|value/i;
const PREFIXES =
	/(?:gh[oprsu]|npm|hf|gsk|r8|fw|jina|tgp|glsa|glc|lin_api|ntn|ph[cx]|figd|rubygems|dckr_(?:pat|oat)|sntry[su]|bkua|shp(?:at|ca|pa|ss)|vc[acikpr]|op[es]|ops|cf[ua]t|sbp|rnd|re|do[opr]_v1|[rs]k_(?:live|test)|whsec)_|GR1348|gl[a-z]{2,4}-|A[BKS]IA|A(?:CCA|3T|GPA|IDA|ROA|IPA|NPA|NVA)[A-Z0-9]|xox|xapp|SG\.|AIza|GOCSPX|ya29|1\/\/0|sk-|SK[a-f0-9]|atlasv1|:AA|oy2|AKCp|cio|EAAA|sq0|AT[AC]TT3|ATBB|eyJ|NRAK|PMAK|CCIPAT|EZ[AT]K|tskey|pul-|dp\.[a-z]|xai-|pplx-|nvapi-|csk-|AQ\.|v1\.0-|fio-u-|hv[bsr]\.|dapi|pypi-|pat[A-Za-z0-9]{14}\.|[A-Za-z0-9+/]{60}/;

/** Whether a text may hold a secret: false is sure. */
export function maySecret(text: string): boolean {
	return WORDS.test(text) || PREFIXES.test(text);
}
