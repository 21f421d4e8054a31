"""A real OpenID provider on loopback, out of Authlib's server side: codes with PKCE, tokens signed with RSA.

Whoever comes is let in as `provider.user`. What it signs can be made wrong on purpose. No fixtures here.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

CLIENT, SECRET = "rq-live", "provider-secret"


@dataclass
class Code(AuthorizationCodeMixin):
    """An authorization code."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    user: dict[str, Any]
    code_challenge: str
    code_challenge_method: str
    at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Client(ClientMixin):
    """The one client that it knows."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        self.client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/login/oidc/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ("client_secret_basic" if self.secret else "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Provider:
    """It listens from `running` on."""

    def __init__(self, secret: str | None = SECRET) -> None:
        self.user: dict[str, Any] = {"sub": "0815", "preferred_username": "Olga", "groups": ["ops"]}
        #: Claims of the next id_token that are other than they should be.
        self.wrong: dict[str, Any] = {}
        #: Whether it signs with a key that it does not publish.
        self.foreign_key = False
        #: What it says of itself that is other than it should be.
        self.metadata: dict[str, Any] = {}
        self.codes: dict[str, Code] = {}
        self.client = Client(secret)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.other_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.issuer = ""
        self.app = Flask("provider")
        self._routes()

    def _routes(self) -> None:
        server = AuthorizationServer(
            self.app, query_client=lambda name: self.client if name == CLIENT else None, save_token=lambda *_: None
        )
        server.register_grant(_grant(self), [CodeChallenge(required=True), _id_token(self)()])

        @self.app.get("/.well-known/openid-configuration")
        def metadata() -> Any:
            return jsonify(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/jwks",
                    "id_token_signing_alg_values_supported": ["RS256", "none"],
                }
                | self.metadata
            )

        @self.app.get("/jwks")
        def jwks() -> Any:
            return jsonify(KeySet([self.key]).as_dict(private=False))

        @self.app.get("/authorize")
        def authorize() -> Any:
            grant = server.get_consent_grant(end_user=self.user)
            return server.create_authorization_response(request=None, grant_user=self.user, grant=grant)

        @self.app.post("/token")
        def token() -> Any:
            return server.create_token_response()


def _grant(provider: Provider) -> type:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "none")

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            provider.codes[code] = Code(
                code,
                request.payload.redirect_uri,
                request.payload.scope,
                asked.get("nonce", ""),
                request.user,
                asked.get("code_challenge", ""),
                asked.get("code_challenge_method", ""),
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.user

    return Grant


def _id_token(provider: Provider) -> type:
    class IdToken(OpenIDCode):
        def resolve_client_private_key(self, client: Any) -> KeySet:
            return KeySet([provider.other_key if provider.foreign_key else provider.key])

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": provider.issuer, "aud": [CLIENT]}

        def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
            return super().get_authorization_code_claims(authorization_code)

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in provider.codes.values())

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            return UserInfo(**user | provider.wrong)

    return IdToken


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def running(secret: str | None = SECRET) -> Iterator[Provider]:
    """A provider that listens on a port of its own."""
    provider = Provider(secret)
    before = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    server = make_server("127.0.0.1", 0, provider.app, threaded=True, request_handler=_Quiet)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        if before is None:
            del os.environ["AUTHLIB_INSECURE_TRANSPORT"]
        else:
            os.environ["AUTHLIB_INSECURE_TRANSPORT"] = before
