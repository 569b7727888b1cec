"""What a container wrote is shown to people without its secrets, readable, and quickly whatever it is."""

import base64
import json
import random
import string
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dockwarden.randomness import looks_random
from dockwarden.redaction import REDACTED, redact, redact_lines

LETTERS = string.ascii_letters + string.digits


def drawn(alphabet: str, least: int, most: int) -> st.SearchStrategy[str]:
    """Strings that look like those of a key generator, which Hypothesis cannot shrink to a row of zeros."""
    seeds = st.tuples(st.integers(0, 2**32), st.integers(least, most))
    return seeds.map(lambda s: "".join(random.Random(s[0]).choices(alphabet, k=s[1])))  # noqa: S311  made up


def prefixed(prefix: str, alphabet: str, least: int, most: int) -> st.SearchStrategy[str]:
    return drawn(alphabet, least, most).map(lambda rest: prefix + rest)


def jwt() -> st.SearchStrategy[str]:
    def token(claims: dict[str, int]) -> str:
        parts = [json.dumps({"alg": "HS256"}), json.dumps(claims), "signature-of-it"]
        return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)

    return st.dictionaries(st.text(string.ascii_lowercase, min_size=1), st.integers(), min_size=1).map(token)


KNOWN = st.one_of(
    prefixed("AKIA", string.ascii_uppercase + string.digits, 16, 16),
    prefixed("ASIA", string.ascii_uppercase + string.digits, 16, 16),
    jwt(),
    *(prefixed(f"gh{kind}_", LETTERS, 36, 36) for kind in "pousr"),
    prefixed("github_pat_", LETTERS + "_", 40, 80),
    prefixed("glpat-", LETTERS + "_-", 20, 20),
    prefixed("xoxb-", string.digits + "-" + LETTERS, 20, 60),
    prefixed("xapp-1-", string.ascii_uppercase + string.digits, 20, 60),
    prefixed("sk_live_", LETTERS, 24, 24),
    prefixed("rk_test_", LETTERS, 24, 24),
    prefixed("whsec_", LETTERS, 32, 32),
    prefixed("AIza", LETTERS + "_-", 35, 35),
    prefixed("ya29.", LETTERS + "_-", 40, 90),
    prefixed("GOCSPX-", LETTERS, 28, 28),
)

# A password that people or machines choose, as it stands in a value: no space, and no mark that would end it.
PASSWORD = st.text(LETTERS + "!#$%()*+-./:<=>?@[]^_`{|}~", min_size=8, max_size=40).filter(
    lambda word: (
        word.lower() not in ("undefined", "required", "incorrect")
        and not word.startswith(("[", "{", "-", ">", "=", ":"))
    )
)
URL_PASSWORD = st.text(LETTERS + "!$()*+-._~%/?#:@", min_size=8, max_size=30).filter(
    lambda word: not word[0].isdigit()
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\"'\\<>"), max_size=30)

KEYS = st.sampled_from(
    [
        *("password", "DB_PASSWORD", "passwd", "pwd", "spring.datasource.password", "secret", "clientSecret"),
        *("token", "auth_token", "API_KEY", "apiKey", "x-api-key", "access_key", "AWS_SECRET_ACCESS_KEY"),
        *(
            "SECRET_KEY_BASE",
            "private_key",
            "session_id",
            "credentials",
            "passphrase",
            "sig",
            "X-Amz-Signature",
        ),
    ]
)
FORMS: list[Callable[[str, str], str]] = [
    lambda key, value: f"{key}={value}",
    lambda key, value: f"{key} = {value}",
    lambda key, value: f"{key}: {value}",
    lambda key, value: f"{key} => {value}",
    lambda key, value: f'{key}="{value}"',
    lambda key, value: f"{key}='{value}'",
    lambda key, value: json.dumps({key: value}),
    lambda key, value: json.dumps({"user": "bob", key: value, "level": "info"}, separators=(",", ":")),
    lambda key, value: json.dumps({"message": json.dumps({key: value, "x": 1})}),
    lambda key, value: json.dumps([{"name": key, "value": value}]),
    lambda key, value: repr({key: value}),
    lambda key, value: f"--{key} {value} --verbose",
    lambda key, value: f"--{key}={value}",
    lambda key, value: f"export {key}={value}",
    lambda key, value: f"\x1b[1m{key}\x1b[0m=\x1b[32m{value}\x1b[0m",
]


@given(before=WORDS, secret=KNOWN, after=WORDS)
def test_a_known_kind_of_token_never_survives(before: str, secret: str, after: str) -> None:
    """Wherever it stands, also between letters, a token that says what it is is taken out."""
    assert secret not in redact(f"{before}{secret}{after}")
    assert secret not in redact(f"{before} {secret} {after}")


@given(before=WORDS, secret=KNOWN | drawn(LETTERS, 32, 64), after=WORDS)
def test_what_a_header_carries_never_survives(before: str, secret: str, after: str) -> None:
    """Authorization and cookies are redacted in a dump of headers, in curl's argument and as JSON."""
    for name in ("Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"):
        for value in (f"Bearer {secret}", f"Basic {secret}", f"sid={secret}; Path=/", secret):
            assert secret not in redact(f"{before}\n{name}: {value}\n{after}")
            assert secret not in redact(f'curl -H "{name}: {value}" {after}')
            assert secret not in redact(json.dumps({name: value, "b": after}))
            assert secret not in redact(json.dumps({name: [value], "b": after}))


@pytest.mark.parametrize("form", FORMS)
@given(key=KEYS, secret=PASSWORD)
@settings(max_examples=60)
def test_a_value_never_survives_beside_its_key(
    form: Callable[[str, str], str], key: str, secret: str
) -> None:
    """However a program writes a pair of name and value, the value of a secret's name is taken out."""
    shown = redact(f"starting up {form(key, secret)}")
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown
    assert "starting up" in shown
    assert REDACTED in shown


@given(user=st.text(LETTERS, max_size=12), secret=URL_PASSWORD)
def test_a_password_in_a_url_never_survives(user: str, secret: str) -> None:
    """The user and the host stay, so that one sees which database it is."""
    assume(secret not in f"postgres://{user}:{REDACTED}@db.example.com:5432/shop?sslmode=require")
    shown = redact(f"connecting to postgres://{user}:{secret}@db.example.com:5432/shop?sslmode=require now")
    assert secret not in shown
    assert shown.endswith("@db.example.com:5432/shop?sslmode=require now")
    assert shown.startswith(f"connecting to postgres://{user}:")


@given(secret=drawn(LETTERS, 32, 64) | drawn(LETTERS + "+/", 32, 88) | drawn("0123456789abcdef", 32, 128))
def test_a_long_random_string_hardly_ever_survives(secret: str) -> None:
    """A key that nothing announces is known by what it looks like, where it is long enough."""
    run = f"got {secret} from the vault"
    assert redact(run) == f"got {REDACTED} from the vault" or not looks_random(secret)


@pytest.mark.parametrize(
    ("alphabet", "length", "most"),
    [
        (LETTERS, 20, 0.02),
        (LETTERS, 32, 0.002),
        (LETTERS + "-_", 32, 0.004),
        (LETTERS + "+/", 40, 0.001),
        ("0123456789abcdef", 32, 0.001),
        (string.ascii_lowercase + string.digits, 32, 0.002),
        (string.ascii_uppercase + "234567", 32, 0.05),
    ],
)
def test_few_random_strings_pass_for_names(alphabet: str, length: int, most: float) -> None:
    """The share of random strings that nothing would redact is small, and known."""
    draw = random.Random(20261120)  # noqa: S311  made up
    missed = sum(not looks_random("".join(draw.choices(alphabet, k=length))) for _ in range(5000))
    assert missed / 5000 <= most


@given(
    local=st.text(LETTERS + "._+%-", min_size=1, max_size=64),
    host=st.sampled_from(["example.com", "a.example.co.uk"]),
)
def test_a_mail_address_is_not_shown(local: str, host: str) -> None:
    """Whose account failed is nobody's business in a channel."""
    assert redact(f"the user {local}@{host} is unknown") == f"the user {REDACTED} is unknown"
    assert redact(f"user={local}@{host}&page=2") == f"user={REDACTED}&page=2"


@given(
    st.text()
    | st.lists(KNOWN | WORDS | KEYS | st.sampled_from(list("=:\"'\\ \n@/.,;&{}[]<>-")), max_size=25).map(
        "".join
    )
)
@settings(max_examples=400)
def test_redacting_twice_changes_nothing(text: str) -> None:
    """A card can be rendered from text that was redacted before it was stored."""
    once = redact(text)
    assert redact(once) == once


BODY = (
    "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"[i:] for i in range(3))
    + "\nshort=="
)


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_taken_out_whole(kind: str) -> None:
    """In one text, in one line with escaped breaks, cut off, and over several lines of a log."""
    key = f"-----BEGIN {kind}PRIVATE KEY-----\n{BODY}\n-----END {kind}PRIVATE KEY-----"
    assert redact(f"a {key} b") == f"a {REDACTED} b"
    in_one_line = key.replace("\n", "\\n")
    assert redact(f"a {in_one_line} b") == f"a {REDACTED} b"
    assert redact(f"a {key[:60]}") == f"a {REDACTED}"
    lines = ["before", *key.split("\n"), "after"]
    assert redact_lines(lines) == ("before", *[REDACTED] * (len(lines) - 2), "after")


def test_a_key_that_began_before_the_first_line_is_taken_out() -> None:
    """The last lines of a log may begin in the middle of a key."""
    lines = [*BODY.split("\n"), "-----END PRIVATE KEY-----", "after"]
    assert redact_lines(lines) == (*[REDACTED] * 5, "after")


def test_a_value_on_the_next_line_is_taken_out() -> None:
    """A pair that is printed over two lines is one pair."""
    assert redact_lines(["password:", "  hunter2", "ready"]) == ("password:", REDACTED, "ready")
    assert redact_lines(['  "token":', "", '    "hunter2"', "}"]) == ('  "token":', "", REDACTED, "}")


@given(
    st.lists(
        st.text(max_size=40)
        | KNOWN
        | st.sampled_from(["password:", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"])
    )
)
def test_lines_stay_as_many_and_are_redacted_once(lines: list[str]) -> None:
    """Each line of a log keeps its place and time, and a second time changes nothing."""
    once = redact_lines(lines)
    assert len(once) == len(lines)
    assert redact_lines(once) == once


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-20T09:03:24.610Z ERROR [main] com.example.Checkout - cannot connect to db-1.example.com:5432",
        "\tat org.springframework.boot.SpringApplication.run(SpringApplication.java:1352)",
        "Error: connect ECONNREFUSED 10.0.0.5:5432",
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "GET /health?probe=1 HTTP/1.1 200 12ms request 550e8400-e29b-41d4-a716-446655440000",
        "arn:aws:ecs:eu-central-1:111122223333:task/web-prod/761d1f23e291f7174cccc54c7b4e2241 stopped",
        "image web@sha256:9b5038ed8162078acab09515c7f13f1d3d5900e7dd8cf13266c03c563e12ee39",
        "npm error missing lodash@4.17.21 in /usr/src/app/node_modules/express/lib/router/index.js",
        "used 812 tokens, max_tokens: 4096",
        "KeyError: 'CACHE_WARMUP'",
        "password is required, token: null, password: missing",
        "java.lang.OutOfMemoryError: Java heap space (limit 512 MB)",
        "http://localhost:8080/a http://[::1]:8080/ ssh://host:22",
        "basic authentication failed, bearer token missing",
        "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)",
        "서비스를 시작할 수 없습니다: 포트 8080 사용 중",
        "session started",
        "pam_unix(sshd:session): session opened for user root",
        "pass 3 of 5",
        "passed 12 tests",
        "compass=north",
        "bypass=1",
        "FATAL: password authentication failed for user web",
        "password is already set",
        "the password is not set",
        "Password is case-sensitive",
        "password must be changed",
        "password hash uses sha256",
        "passwords do not match",
        "missing fields ['password', 'email']",
        "docker run -u 1000:1000 web && docker run -u node:node web",
        "mysql -h db -P 3306 -u root",
        "npm error 404 http://localhost:4873/@babel/core",
        "http://localhost:8080/a@b",
        "postgres://postgres@db/shop",
        "s.toString is not a function",
        "(service web) has stopped 1 running tasks: (task 761d1f23e291f7174cccc54c7b4e2241)",
        "unable to pull secrets or registry auth: execution resource retrieval failed",
        "unable to get ECR auth token: the execution role lacks it",
        "User: arn:aws:sts::111122223333:assumed-role/shop-execution/0123456789abcdef0123456789abcdef is not authorized",
        "to perform: secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-AbCdEf: AccessDeniedException: no",
        "invalid ssm parameters: /shop/db-password: ParameterNotFound",
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(line: str) -> None:
    """What is needed to find the fault is still there."""
    assert redact(line) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("login password=hunter2 user=bob", "login password=[redacted] user=bob"),
        ('{"msg":"login password=abc","level":"info"}', '{"msg":"login password=[redacted]","level":"info"}'),
        ("Server=db;Password=abc;Database=shop", "Server=db;Password=[redacted];Database=shop"),
        ("GET /cb?token=abc&state=1 HTTP/1.1", "GET /cb?token=[redacted]&state=1 HTTP/1.1"),
        ("<password>hunter2</password><user>bob</user>", "<password>[redacted]</password><user>bob</user>"),
        ('curl -H "Authorization: Basic dXNlcjpwYXNz" -v', 'curl -H "Authorization: [redacted]" -v'),
        ("authorization=Bearer xyz method=GET", "authorization=[redacted] method=GET"),
        ("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY read", "key [redacted] read"),
        ("https://hooks.slack.com/services/T0/B0/x1 failed", "https://[redacted] failed"),
        ("red\x1b[31mder\x1b[0m\u200b", "redder"),
    ],
)
def test_the_line_around_a_secret_stays_readable(line: str, shown: str) -> None:
    """Only the secret is gone."""
    assert redact(line) == shown


V = "S3cretV"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        *(
            (f"{key}{V} x", f"{key}{REDACTED} x")
            for key in ("dbpass=", "DBPASS: ", "smtpPass=", "pw=", "DB_PW=")
        ),
        *(
            (f"{key}{V} x", f"{key}{REDACTED} x")
            for key in ("session=", "PHPSESSID=", "JSESSIONID=", "userpw: ")
        ),
        (f'{{"pw":"{V}","session":"{V}"}}', f'{{"pw":"{REDACTED}","session":"{REDACTED}"}}'),
        ("https://abc123tok@host/x", f"https://{REDACTED}@host/x"),
        ("https://abc123tok@git.example.com/x", f"https://{REDACTED}@git.example.com/x"),
        ("jdbc:oracle:thin:scott/tiger@db:1521:x", f"jdbc:oracle:thin:scott/{REDACTED}@db:1521:x"),
        ("jdbc:oracle:thin:scott/tiger@", f"jdbc:oracle:thin:scott/{REDACTED}@"),
        ("sqlplus scott/tiger@db", f"sqlplus scott/{REDACTED}@db"),
        ("ftp://user:1234/@host", f"ftp://user:{REDACTED}@host"),
        ("ftp://user:1234/@", f"ftp://user:{REDACTED}@"),
        ("http://user:1234/@db.example.com", f"http://user:{REDACTED}@db.example.com"),
        (f"web:{V}@tcp(db:3306)/shop", f"web:{REDACTED}@tcp(db:3306)/shop"),
        (f"curl -u bob:{V} http://x", f"curl -u bob:{REDACTED} http://x"),
        ("curl -u 'bob:s3 cret' http://x", f"curl -u 'bob:{REDACTED}' http://x"),
        ("curl -u 1000:1000 http://x", f"curl -u 1000:{REDACTED} http://x"),
        (f'["curl","-u","bob:{V}","http://x"]', f'["curl","-u","bob:{REDACTED}","http://x"]'),
        (f"mysql -uroot -p{V} shop", f"mysql -uroot -p{REDACTED} shop"),
        ("mysqldump -h db -p's3 cret' shop", f"mysqldump -h db -p'{REDACTED}' shop"),
        (f'["mysql","-uroot","-p{V}","shop"]', f'["mysql","-uroot","-p{REDACTED}","shop"]'),
        (f"redis-cli -h db -a {V} ping", f"redis-cli -h db -a {REDACTED} ping"),
        (f'["redis-cli","-a","{V}","ping"]', f'["redis-cli","-a","{REDACTED}","ping"]'),
        (f"docker login -u me -p {V} x", f"docker login -u me -p {REDACTED} x"),
        (f"run --password 'it'\"'\"'s {V}' on", f"run --password '{REDACTED}' on"),
        ("got dckr_pat_abcDEF123-_xyz here", f"got {REDACTED} here"),
        ("got s.1a2B3c4D5e6F here", f"got {REDACTED} here"),
        ("?mail=john%40example.com&x=1", f"?mail={REDACTED}&x=1"),
        ('from "john doe"@example.com ok', f"from {REDACTED} ok"),
        (f'<add key="Password" value="{V}"/>', f'<add key="Password" value="{REDACTED}"/>'),
        (f'<add value="{V}" key="Password"/>', f'<add value="{REDACTED}" key="Password"/>'),
        (
            f'<property name="db.password">{V}</property>',
            f'<property name="db.password">{REDACTED}</property>',
        ),
        (
            f'{{"name":"DB_PASSWORD","type":"text","value":"{V}"}}',
            f'{{"name":"DB_PASSWORD","type":"text","value":"{REDACTED}"}}',
        ),
        (f'{{"value":"{V}","name":"DB_PASSWORD"}}', f'{{"value":"{REDACTED}","name":"DB_PASSWORD"}}'),
        (f"[('password', '{V}')]", f"[('password', '{REDACTED}')]"),
        ("password hunter2", f"password {REDACTED}"),
        ("wrong password 'hunter2'.", f"wrong password '{REDACTED}'."),
        ("the password is hunter2, really", f"the password is {REDACTED}, really"),
        ("the password is swordfish", f"the password is {REDACTED}"),
        ("set the password to hunter2!", f"set the password to {REDACTED}"),
        ("the token is abc123", f"the token is {REDACTED}"),
    ],
)
def test_a_secret_is_known_in_every_form_that_programs_write(line: str, shown: str) -> None:
    """Keys, URLs, command lines, tags, lists and sentences: the secret is gone and what is around it stays."""
    assert redact(line) == shown
    assert redact(shown) == shown


HOSTILE = [
    *(
        '"value":"x",',
        '"value":"\\"',
        'name="password" ',
        "name=passpass",
        "mysql ",
        "-u a:",
        "password is ",
        "('password',",
    ),
    *(
        "%40",
        "jdbc:oracle:thin:a/",
        "https://a",
        "://a:1/",
        "it'\"'\"'",
        "docker login ",
        "<a b ",
        '"a b"@',
        "s.a",
        "sess",
    ),
    *(
        "a",
        "a@",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        "password",
        "password=",
        '"',
        "\\",
        '\\"',
        "--",
        "<",
        "a.",
    ),
    *(
        "eyJ",
        "token:\\",
        "api ",
        "password=,",
        "a;",
        "authorization=a;",
        "[?&;",
        'password=\\"',
        "ssh key ",
        "\x1b[",
    ),
    *(
        "cookie: ",
        "bearer ",
        "basic A",
        "<a password",
        "--password",
        '"name":"',
        "1:",
        "{",
        "[",
        "%3d",
        "A1",
        "\n",
        "-",
    ),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_line_takes_longer_than_its_length_allows(piece: str) -> None:
    """Four times the line takes about four times as long, not sixteen times."""

    def took(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.perf_counter()
        redact(text)
        return time.perf_counter() - began

    took(100)
    assert took(64_000) < 1.5 + 8 * took(16_000)
    assert took(64_000) < 3


@pytest.mark.parametrize(
    "piece", ["-u a:", 'value:"a" ', "a%40", "password ", "<a name=password ", "://a:1/"]
)
def test_a_long_text_takes_as_long_as_it_is(piece: str) -> None:
    """200 kB take about four times as long as 50 kB: a rule that looks back takes sixteen times."""

    def took(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.perf_counter()
        redact(text)
        return time.perf_counter() - began

    took(100)
    assert took(200_000) < 1 + 10 * took(50_000)


def test_a_line_may_end_one_key_and_begin_another() -> None:
    """What stands between two keys is neither's."""
    lines = [
        "c2Vjcg==",
        "-----END PRIVATE KEY----- and -----BEGIN PRIVATE KEY-----",
        "MIIE",
        "-----END PRIVATE KEY-----",
        "x",
    ]
    assert redact_lines(lines) == (REDACTED, f"{REDACTED} and {REDACTED}", REDACTED, REDACTED, "x")


def test_a_key_may_be_the_value_on_the_next_line() -> None:
    """A pair over several lines may have a private key for its value."""
    lines = [
        "private_key: |",
        "  -----BEGIN PRIVATE KEY-----",
        "  MIIE",
        "  -----END PRIVATE KEY-----",
        "ready",
    ]
    assert redact_lines(lines) == (lines[0], REDACTED, REDACTED, REDACTED, "ready")
