"""The list of what secrets look like: names that they stand under, forms that they are written in, and tokens as
services issue them. Data and nothing else; `_secret_forms` applies it.

To add a service, add a line to `ISSUED`. Each expression is tried at very many places of very many texts: what can
repeat has a bound, and no two repetitions that can match the same stand side by side.
"""

from __future__ import annotations

ANYWHERE = (
    r"passw(?:or)?d|pwd|passphrase|passcode|passkey|pgpass|secret|token|authori[sz]ation|credential|cookie|signature|bearer|"
    r"userinfo|webhook[_-]?url|session[_-]?id|conn(?:ection)?[_-]?str|key[_-]?pass|"
    r"(?:api|access|private|priv|auth|account|service|client|shared|master|storage|signing|encryption|db|database)"
    r"[_-]?key|"
    r"(?:user|root|admin|mail|smtp|redis)[_-]?pass(?![a-z])|(?:db|database)[_-]?pass|"
    r"(?:ibm|iam|cloud|clou|cloudant|softlayer|(?<![a-z])[cs]l)[_-]?(?:api)?[_-]?(?:key|pw|pass)|"
    r"contrase[nñ]a|passwort|kennwort|wachtwoord|mot[_-]de[_-]passe|motdepasse|пароль"
)
"""Part of a name, wherever it stands in it, in upper or lower case."""

WORDS = (
    "pass|pw|key|keys|auth|dsn|jwt|jws|otp|totp|mfa|pin|pins|cvv|cvc|ssn|csrf|xsrf|hmac|salt|nonce|sid|sig|cred|"
    "creds|private|session|sessions"
)
"""A whole word of a name, in snake_case, kebab-case, camelCase and UPPER_CASE."""

MEASURES = (
    "count|counts|counter|len|length|size|max|min|limit|ttl|timeout|expiry|expires|expire|expired|"
    "expiration|age|seconds|minutes|hours|days|ms|index|version|retries|attempts|calls|rounds|bits|bytes|hits|"
    "misses|total|used|usage|cost|rate|budget|at"
)
"""A word of a name that tells of a measure of something secret."""

STORES = "tokens|sessions|keys|secrets|passwords|cookies|credentials|pins|nonces|signatures"
"""A word of a container's name whose keys are secret."""

CLASSES = "Secret|Password|Credential|Token|ApiKey"
"""Part of the name of a class that holds secrets."""

SPOKEN = (
    r"passw(?:or)?d|pwd|passphrase|passcode|pwd|pass|pin|secret|(?:access|api|auth|bearer|refresh) token|token|"
    r"(?:api|access|private|secret|master|encryption)[ _-]?key|credentials?"
)
"""What prose calls a secret, before "is"."""

NO_VALUE = (
    r"not|no|none|null|nil|a|an|the|this|that|in|on|of|for|too|so|set|unset|kept|read|sent|given|stored|valid|"
    r"invalid|required|missing|wrong|incorrect|correct|empty|unknown|known|optional|mandatory|always|never|only|"
    r"also|still|now|being|hidden|shown|secret|accepted|rejected|ignored|used|unused|needed|bad|weak|strong|long|"
    r"short|safe|unsafe|equal|true|false|what|where|when|if|as|at|by|to|with|from|and|or|one|it|they|there|here|"
    r"already|must|should|[a-z-]{2,30}ed|[a-z-]{2,30}ing"
)
"""What follows "the password is" in prose that tells none."""

ISSUED = (
    ("GitHub", r"gh[pousr]_[A-Za-z0-9_]{8}|github_pat_\w{8}"),
    ("GitLab", r"gl(?:pat|dt|ft|soat|rt|rtr|cbt|imt|ptt|agent|oas|ffct|wt)-[\w-]{8}|GR1348941[\w-]{8}"),
    ("AWS", r"(?:A3T[A-Z0-9]|A(?:BIA|CCA|KIA|SIA|ROA|IDA|GPA|NPA|NVA|IPA))[A-Z0-9]{8}|(?:akia|asia)[\w-]{8}"),
    ("Google", r"AIza[\w-]{8}|ya29\.[\w-]{8}|GOCSPX-[\w-]{8}"),
    ("Azure", r"\w{3}\dQ~[\w~.-]{20}"),
    ("Slack", r"(?i:xox[abceoprs])(?:\.xox[bp])?-(?:[\w-]{8}|\d{1,20}-\w)|xapp-\d-[\w-]{8}"),
    ("Stripe", r"[rsp]k_(?:live|test)_\w{8}|whsec_[\w+/=]{8}"),
    ("OpenAI and its like", r"sk-[\w-]{8}|sk_[\w-]{8}|gsk_\w{16}|xai-\w{20}|pplx-\w{16}|r8_\w{20}"),
    ("Hugging Face", r"hf_[A-Za-z0-9]{16}"),
    ("Twilio", r"(?:AC|SK)[a-z0-9]{32}"),
    ("SendGrid", r"SG\.[\w-]{8}"),
    ("Mailchimp", r"[0-9a-z]{32}-us\d"),
    ("Mailgun", r"key-[0-9a-f]{32}"),
    ("npm", r"npm_[A-Za-z0-9]{16}"),
    ("PyPI", r"pypi-A[\w-]{8}|pypi-[\w-]{16}"),
    ("RubyGems", r"rubygems_[0-9a-f]{16}"),
    ("crates.io", r"cio[A-Za-z0-9]{32}"),
    ("NuGet", r"oy2[a-z0-9]{43}"),
    ("Docker", r"dckr_[po]at_[\w-]{8}"),
    ("Square", r"sq0[a-z]{3}-|EAAA[\w-]{50}"),
    ("Facebook", r"EAA[A-Za-z0-9]{40}"),
    ("Telegram", r"\d{8,10}:[\w-]{35}"),
    ("Discord", r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27}"),
    ("Artifactory", r"AKC[A-Za-z0-9]{10}|AP[\dA-F][A-Za-z0-9]{8,80}(?!\w)"),
    ("DigitalOcean", r"do[opr]_v1_[0-9a-f]{8}"),
    ("Shopify", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{8}"),
    ("Vault", r"hv[sbr]\.[\w-]{16}"),
    ("Terraform", r"\w{14}\.atlasv1\.[\w-]{8}"),
    ("Pulumi", r"pul-[0-9a-f]{40}"),
    ("Databricks", r"dapi[0-9a-f]{32}"),
    ("Grafana", r"glsa_\w{16}|glc_[\w+/=]{16}"),
    ("Sentry", r"sntry[su]_[\w+/=]{8}"),
    ("New Relic", r"NR(?:AK|JS|II)-[\w-]{16}"),
    ("Atlassian", r"AT[AC]TT3[\w=-]{8}"),
    ("Postman", r"PMAK-[0-9a-f]{16}"),
    ("Heroku", r"HRKU-[\w-]{16}"),
    ("Linear", r"lin_(?:api|oauth)_\w{16}"),
    ("Notion", r"ntn_\w{16}|secret_[A-Za-z0-9]{24}"),
    ("Figma", r"fig[dou]_[\w-]{16}"),
    ("Airtable", r"pat\w{14}\.[0-9a-f]{16}"),
    ("Supabase", r"sbp_[0-9a-f]{16}"),
    ("PlanetScale", r"pscale_[a-z]{2,6}_[\w.=-]{8}"),
    ("Doppler", r"dp\.[a-z]{2,6}\.\w{16}"),
    ("1Password", r"ops_eyJ[\w-]{8}"),
    ("age", r"AGE-SECRET-KEY-1[A-Z0-9]{8}"),
    ("JSON web tokens", r"(?:eyJ|eyj)[\w-]{4,1000}\."),
)
"""(who issues it, the beginning of it), each at the beginning of a word."""

_PGPASS = r"(?m)^(?![\da-f:.]{1,200}$)[^\s:]{1,200}:(?:\d{2,5}|\*)(?::[^\s:/]{1,100}){2}:[^\s/]\S{1,400}$"
_NAMED = r"(?:name|key)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?P<named>[\w.-]{2,60})[\"']?"
FORMS = (
    ("aws", r"aws.{0,20}?(?:key|pw|pass|token).{0,40}?[\"'][\da-z/+]{40}[\"']"),
    ("@", r"(?:^|//|[\s\"'=])[^/\s:@]{0,200}:(?!//)[^\s@]{1,400}@"),  # user:password@host
    ("@", r"://[^/\s:@]{16,400}@"),  # token@host
    ("bearer", r"\bbearer[ +]{1,4}(?:%20)?\S{4}"),
    ("basic", r"\bbasic[ +]{1,4}(?=[a-z+/]{0,200}[\d=+/])[a-z\d+/=]{6}"),
    (" ", r"^(?:basic|digest|token|apikey|api-key) {1,4}(?=\S{0,2000}$)\S"),
    ("private key", r"begin [a-z\d ]{0,40}private key"),
    ("putty", r"putty-user-key-file-\d"),
    ("curl", r"\bcurl\b.{1,400}?\s(?:-u|--user|--proxy-user)[\s=]{0,3}[\"']?[^\s:\"'$]{1,200}:[^\s\"']{2}"),
    (" -u", r"\s-u[\s=]{0,3}[\"']?[^\s:\"'$/]{1,200}:[^\s\"':/]{2}"),
    ("sshpass", r"\bsshpass\s{1,4}-p\s{0,4}\S{2}"),
    (" -p", r"\b(?:mysql|mysqldump|mysqladmin|mariadb|docker login|mongo|mongosh)\b.{0,200}?\s-p\s?\S{3}"),
    ("redis-cli", r"\bredis-cli\b.{0,200}?\s-a\s{1,4}\S{2}"),
    (":", _PGPASS),
    ("password", r"\b(?:login|user|account)\s{1,8}\S{1,200}\s{1,8}password\s{1,8}\S{2}"),  # netrc
    ("hooks.slack", r"hooks\.slack\.com/(?:services|workflows|triggers)/\w"),
    ("/webhooks/", r"discord(?:app)?\.com/api/(?:v\d{1,3}/)?webhooks/\d"),
    ("office.com/webhook", r"\w/webhook"),
    ("office365.com/webhook", r"\w/webhook"),
    ("hooks.zapier.com", r"zapier\.com/hooks/catch/\w"),
    ("hooks.chime.aws", r"chime\.aws/incomingwebhooks/\w"),
    ("/bot/v2/hook/", r"/bot/v2/hook/\w"),
    ("maker.ifttt.com", r"ifttt\.com/trigger/[^\s/]{1,100}/.{0,20}with/key/\w"),
    ("api.telegram.org", r"telegram\.org/bot\d"),
    ("softlayer.com/soap", r"/soap/v3(?:\.1)?/[a-z\d]{16}"),
    ("value", _NAMED + r"[\s,}]{1,20}[\"']?value[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']{2}"),
    ("<", r"<(?P<tag>[\w:.-]{2,60})(?:\s[^<>]{0,200})?>\s{0,20}[^<>\s]{2}"),
)  # fmt: skip
"""(what must stand in the text at all, the form), both in lower case. The groups are names: they tell whether the
form holds a secret."""
