"""An OpenID provider, asked who somebody is: by authorization code with PKCE, state and nonce, as Authlib speaks it.

Knows no Flask. What must be remembered until somebody comes back is handed out by `begin`, and given to `finish`.
"""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from webapp.config import Config
from webapp.decode import clean

log = logging.getLogger(__name__)

#: Seconds for one answer of the provider.
TIMEOUT = 10.0
NAME_CHARS = 64
#: Groups that are looked at: some providers list hundreds.
GROUPS_MAX = 1_000


class LoginFailed(Exception):
    """The provider could not be asked, or what it said does not hold. The text is for the log."""


@dataclass(frozen=True)
class Known:
    """Whom the provider named."""

    name: str
    groups: tuple[str, ...]


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session


class Provider:
    """One per web process; what it says of itself is read at the first login."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = self._new_client()

    def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Where somebody logs in, and what to give to `finish`. Raises LoginFailed."""
        try:
            self._check_issuer()
            told = self._client.create_authorization_url(redirect_uri, nonce=secrets.token_urlsafe(24))
        except (OAuthError, RequestException, RuntimeError, ValueError) as error:
            raise LoginFailed(f"{self._config.oidc_issuer}: {error}") from error
        return told["url"], {name: told[name] for name in ("state", "nonce", "code_verifier")}

    def finish(self, redirect_uri: str, given: dict[str, str], kept: dict[str, str]) -> Known:
        """Who came back, with what is `given` in the address, and what was `kept`. Raises LoginFailed."""
        if not given.get("state") or not secrets.compare_digest(given["state"].encode(), kept["state"].encode()):
            raise LoginFailed("this login was not begun here")
        if "code" not in given:
            raise LoginFailed(f"the provider refused: {given.get('error', '')[:100]}")
        # RFC 9207: another provider's answer, where they tell who they are.
        if given.get("iss", self._config.oidc_issuer).rstrip("/") != self._config.oidc_issuer:
            raise LoginFailed("another provider answered")
        try:
            self._check_issuer()
            token = self._client.fetch_access_token(
                redirect_uri, code=given["code"], code_verifier=kept["code_verifier"], grant_type="authorization_code"
            )
            claims = self._client.parse_id_token(token, nonce=kept["nonce"])
        except (OAuthError, RequestException, JoseError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise LoginFailed(f"{type(error).__name__}: {error}") from error
        if not claims:
            raise LoginFailed("the provider named nobody: it gave no id_token")
        return self._known(claims)

    def _check_issuer(self) -> None:
        """Raises ValueError: a provider that calls itself something else could speak for another."""
        told = self._client.load_server_metadata()
        if str(told.get("issuer", "")).rstrip("/") != self._config.oidc_issuer:
            self._client = self._new_client()
            raise ValueError(f"it calls itself {str(told.get('issuer'))[:200]!r}")
        algorithms = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        told["id_token_signing_alg_values_supported"] = [one for one in algorithms if one != "none"]

    def _known(self, claims: dict[str, Any]) -> Known:
        name = claims.get(self._config.oidc_name_claim) or claims.get("sub")
        shown = "".join(char for char in clean(str(name)) if char.isprintable()).strip()[:NAME_CHARS]
        groups = claims.get(self._config.oidc_groups_claim) or []
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        if not shown:
            raise LoginFailed("the provider named nobody")
        return Known(shown, tuple(one for one in listed[:GROUPS_MAX] if isinstance(one, str)))

    def _new_client(self) -> _Client:
        config = self._config
        return _Client(
            None,
            client_id=config.oidc_client_id,
            client_secret=config.oidc_client_secret,
            server_metadata_url=f"{config.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(("openid", *config.oidc_scopes)),
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
                "token_endpoint_auth_method": "client_secret_basic" if config.oidc_client_secret else "none",
            },
        )
