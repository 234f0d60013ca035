"""Which tokens are accepted, whoever signed them, and what they let see."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import SecretStr

from bot.rest import provider
from bot.rest.tokens import Keys, KeysError, UnauthorizedError
from bot.settings import Settings
from core.access.model import OPERATOR, Role, Token
from tests.support.product import Product

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
OLD, NEW = "old:" + "o" * 64, "new:" + "n" * 64
RSA = rsa_key(65537, 2048)
EC = generate_private_key(SECP256R1())
ED = Ed25519PrivateKey.generate()


def settings(secrets: str | None = OLD, **others: Any) -> Settings:
    return Settings(jwt_secrets=SecretStr(secrets) if secrets else None, **others)


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a viewer's token; None leaves one out."""
    said = {
        "iss": "cloud-cost-tracker",
        "aud": "cloud-cost-tracker",
        "sub": "ada",
        "jti": "1",
        "role": "viewer",
        "iat": NOW,
        "exp": NOW + timedelta(hours=1),
    } | changed
    return {name: value for name, value in said.items() if value is not None}


def signed(*, kid: str | None = "old", key: Any = "o" * 64, by: str = "HS256", **said: Any) -> str:
    return jwt.encode(claims(**said), key, by, headers={"kid": kid} if kid else None)


def token(**changed: Any) -> Token:
    made: dict[str, Any] = {
        "jti": "1",
        "subject": "ada",
        "role": Role.FINANCE,
        "projects": frozenset({"checkout"}),
        "issued_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    }
    return Token(**made | changed)


async def test_what_is_signed_here_is_read_back() -> None:
    keys = Keys(settings())
    bearer = await keys.verify(keys.sign(token()), NOW)
    assert (bearer.viewer.subject, bearer.viewer.role) == ("ada", Role.FINANCE)
    assert bearer.viewer.projects == frozenset({"checkout"})
    assert (bearer.jti, bearer.expires) == ("1", NOW + timedelta(hours=1))


async def test_keys_rotate() -> None:
    """A new key first: it signs, tokens of the old one hold until that is dropped."""
    before = Keys(settings(OLD)).sign(token())
    both = Keys(settings(f"{NEW}, {OLD}"))
    after = both.sign(token())
    assert jwt.get_unverified_header(after)["kid"] == "new"
    await both.verify(before, NOW)
    last = Keys(settings(NEW))
    await last.verify(after, NOW)
    with pytest.raises(UnauthorizedError, match="key that isn't known"):
        await last.verify(before, NOW)


@pytest.mark.parametrize(
    ("secrets", "told"),
    [
        ("k1:short", "'k1' in JWT_SECRETS has 5 characters; it needs 32"),
        ("o" * 64, "kid:secret"),
        (f"{OLD},{OLD}", "Two keys in JWT_SECRETS have the id 'old'"),
        (f"{OLD},", "kid:secret"),
    ],
)
def test_keys_that_would_not_be_safe_are_refused_at_the_start(secrets: str, told: str) -> None:
    with pytest.raises(KeysError) as refused:
        Keys(settings(secrets))
    assert told in str(refused.value)
    assert "o" * 64 not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (signed(by="none", key=None), "can't be accepted"),
        (signed(by="HS512"), "can't be accepted"),
        (signed(key="x" * 40), "can't be accepted"),
        (signed(kid=None), "key that isn't known"),
        (signed(kid="k9"), "key that isn't known"),
        (signed(iss="elsewhere"), "issuer"),
        (signed(aud="another"), "udience"),
        (signed(jti=None), "jti"),
        (signed(role=None), "role"),
        (signed(exp=None), "exp"),
        (signed(role="king"), "'king'"),
        (signed(projects="checkout"), "'projects'"),
        (signed(exp=NOW - timedelta(seconds=11)), "expired"),
        (signed(iat=NOW + timedelta(seconds=11)), "clocks"),
        (signed(nbf=NOW + timedelta(minutes=5)), "holds from 2026-11-22 18:05"),
        (signed(exp=10**20), "'exp'"),
        (signed(nbf="soon"), "'nbf'"),
    ],
)
async def test_a_token_that_does_not_hold_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(UnauthorizedError, match=told):
        await Keys(settings()).verify(text, NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"exp": NOW - timedelta(seconds=9)},
        {"iat": NOW + timedelta(seconds=9)},
        {"nbf": NOW + timedelta(seconds=9)},
    ],
)
async def test_clocks_may_differ_by_some_seconds(said: Mapping[str, Any]) -> None:
    assert (await Keys(settings()).verify(signed(**said), NOW)).jti == "1"


@dataclass
class IdentityProvider:
    """An identity provider's page of keys; counts how often it was read."""

    keys: list[Mapping[str, Any]] = field(default_factory=list)
    reads: int = 0
    away: bool = False

    async def page(self, _: web.Request) -> web.Response:
        self.reads += 1
        if self.away:
            raise web.HTTPServiceUnavailable
        return web.json_response({"keys": self.keys})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Settings]:
        application = web.Application()
        application.router.add_get("/keys", self.page)
        async with TestServer(application) as server:
            yield settings(jwt_jwks_url=str(server.make_url("/keys")))


def public(algorithm: Any, key: Any, kid: str, **said: str) -> dict[str, Any]:
    """A public key as providers publish it."""
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **said}


PUBLISHED = (
    public(RSAAlgorithm, RSA, "rsa", alg="RS256", use="sig"),
    public(ECAlgorithm, EC, "ec"),
    public(OKPAlgorithm, ED, "ed"),
)


@pytest.mark.parametrize(
    ("kid", "key", "algorithm"), [("rsa", RSA, "RS256"), ("ec", EC, "ES256"), ("ed", ED, "EdDSA")]
)
async def test_tokens_of_an_identity_provider_are_accepted(
    kid: str, key: Any, algorithm: str
) -> None:
    async with IdentityProvider([*PUBLISHED]).running() as configured:
        keys = Keys(configured)
        assert (await keys.verify(signed(kid=kid, key=key, by=algorithm), NOW)).jti == "1"
        assert (await keys.verify(signed(), NOW)).jti == "1"


async def test_a_public_key_is_no_secret() -> None:
    """Neither a provider's key taken for an HMAC secret, nor a secret that it publishes."""
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, _ = signed(kid="rsa", by="HS256", key="x" * 40).split(".")
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    forged = jwt.utils.base64url_encode(algorithm.sign(f"{head}.{body}".encode(), pem)).decode()
    shared = {"kty": "oct", "k": "b" * 43, "kid": "shared", "alg": "HS256"}
    async with IdentityProvider([*PUBLISHED, shared]).running() as configured:
        keys = Keys(configured)
        for text in (f"{head}.{body}.{forged}", signed(kid="shared", key="b" * 43)):
            with pytest.raises(UnauthorizedError):
                await keys.verify(text, NOW)


async def test_the_keys_of_a_provider_are_read_again_for_a_new_id_after_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(provider, "monotonic", lambda: now)
    identity = IdentityProvider([PUBLISHED[0]])
    rsa, ec = signed(kid="rsa", key=RSA, by="RS256"), signed(kid="ec", key=EC, by="ES256")
    async with identity.running() as configured:
        keys = Keys(configured)
        await keys.verify(rsa, NOW)
        identity.keys.append(PUBLISHED[1])
        for _ in range(3):
            with pytest.raises(UnauthorizedError):
                await keys.verify(ec, NOW)
        assert identity.reads == 1
        now = 31.0
        await keys.verify(ec, NOW)
        assert identity.reads == 2
        now, identity.away = 4000.0, True
        await keys.verify(rsa, NOW)
        assert identity.reads == 3


async def test_a_token_outlives_the_renaming_of_its_project(product: Product) -> None:
    held = {"Authorization": f"Bearer {await product.token(projects=frozenset({'search'}))}"}

    async def seen(path: str) -> Any:
        async with product.session.get(product.url + path, headers=held) as reply:
            assert reply.status == 200
            return await reply.json()

    await product.services.projects.rename("search", "lookup", by=OPERATOR)
    assert [one["slug"] for one in (await seen("/v1/projects"))["items"]] == ["lookup"]
    for name in ("search", "lookup"):
        answer = await seen(f"/v1/costs/summary?project={name}&period=last-7d")
        assert answer["totals"][0]["amount"] == "280"
    assert (await seen("/v1/costs/summary?period=last-7d"))["totals"][0]["amount"] == "280"
