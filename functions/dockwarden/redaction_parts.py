"""What the rules of redaction are made of: tokens that say what they are, names of secrets, and forms of values.

Every part is bounded or never looks at a character more than a few times.
"""

INVISIBLE = (
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)?|[ -~])?"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)

BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"

TOKENS = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}",  # AWS
    r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}",  # JSON Web Token
    r"gh[opsur]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}",
    r"gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{16,}",
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}",  # Slack
    r"hooks\.slack\.com/(?:services|workflows|triggers)/[^\s\"'<>]{1,512}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{8,}",  # Stripe
    r"AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}|1//0[A-Za-z0-9_-]{20,}",
    r"sk-[A-Za-z0-9_-]{16,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"hv[sbr]\.[A-Za-z0-9_-]{12,}",  # Vault, and its older form: a letter, a dot, and what is no word
    r"(?<![\w.])[sbr]\.(?=[A-Za-z]{0,64}[0-9])(?=[A-Z0-9]{0,64}[a-z])(?=[a-z0-9]{0,64}[A-Z])[A-Za-z0-9]{8,}",
    r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{8,}|pypi-[A-Za-z0-9_-]{16,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}",
    r"hf_[A-Za-z0-9]{16,}|glsa_[A-Za-z0-9_]{16,}|AGE-SECRET-KEY-1[A-Z0-9]{16,}|sntry[su]_[A-Za-z0-9+/=_-]{16,}",
    r"npm_[A-Za-z0-9]{30,}|do[opr]_v1_[a-f0-9]{32,}|\d{8,10}:[A-Za-z0-9_-]{35}",
)

# `compass`, `bypass` and their like are no passwords; neither is AWS's prefix `secretsmanager:`, the name of a secret
# in its ARN, nor "registry auth:" and "ECR auth token:" in the reasons of ECS.
KEYS = (
    "pass(?:words?|wort|wd|wrd|phrase|code)|pwd|pswd|(?<!com)(?<!by)(?<!tres)(?<!sur)(?<!over)(?<!under)(?<!low)"
    "(?<!high)(?<!band)(?<!multi)(?<!first)pass(?![a-z])"
    "|(?<![a-z])(?:db|my|sql|pg|user|root|admin|mail|smtp|ftp|ldap)?pw(?![a-z])"
    r"|(?<!\d{12}:)secret(?!s?manager)s?|(?<!ecr auth )tokens?|jwt"
    "|credentials?|(?<![a-z])creds?(?![a-z])|(?<![a-z])(?<!registry )auth(?![a-z])"
    "|(?:access|account|api|app|auth|crypt|deploy|encryption|license|master|private|shared|signing|ssh|storage)"
    r"[ _.-]?key|sess(?:ion)?[ _.-]?(?:id(?!le)|key)"
    r"|(?<![a-z])session(?=\\{0,8}[\"']?\s{0,8}=|\\{0,8}[\"']\s{0,8}:)"
    "|(?<![a-z])sid(?![a-z])|signature|(?<![a-z])sig(?![a-z])|(?<![a-z])otp(?![a-z])"
)
IN_KEYS = (
    "pass",
    "pwd",
    "pswd",
    "pw",
    "secret",
    "token",
    "jwt",
    "cred",
    "auth",
    "key",
    "ses",
    "sid",
    "sig",
    "otp",
)
"""One of these is in every key, in small letters."""

REST_OF_KEY = r"[\w-]{0,40}"
MARK = r"\\{0,8}[\"']"
BETWEEN = r"\s{0,8}(?::=|=>|[:=]|%3[dD])\s{0,8}"
SECRET_NAME = rf"[\w.:-]{{0,40}}?(?i:{KEYS})[\w.:-]{{0,40}}+"
"""A name of something secret that stands for itself, as in the attribute of a tag."""

QUOTED = (
    r"(?P<{0}>\\{{1,8}}[\"'])(?:(?!(?P={0}))[^\n]){{0,8192}}(?:(?P={0}))?"
    # A quotation mark within a shell's word is `'"'"'` or `'\''`.
    r'|"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?(?:(?:"\'"|\\\')\'[^\'\n]*+\'?)*+'
)
"""A value in quotation marks, to the end of the line where they are not closed; format it with a group's name."""

LIST = r"\[(?=\s*[\"'{\[])[^\]\n]*\]?|\{[^}\n]*\}?"
# Up to a space, or to where the next pair or the end of the text around it evidently begins.
BARE = r"(?:(?![,;&](?:\s|[\w.-]{1,40}\s?[=:]|[\"'\\])|\\{0,8}[\"'](?:[\s,;:}\])]|$))\S)+"
HEADERS = "(?:proxy-)?authorization|(?:set-)?cookie2?"
SCHEME = r"(?:(?:bearer|basic|digest|token|negotiate|apikey|aws4-hmac-sha256)\s{1,8})?"
