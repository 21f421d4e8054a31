"""What the addresses of logins, users and API tokens take and answer."""

from webapp.openapi.parts import FLAG, MOMENT, TEXT, Answer, Body, Op, choice, listed, nullable, obj, text, told, whole
from webapp.rights import ROLES

ROLE = choice(*ROLES)
NAMES = listed(TEXT)
RIGHTS = {"role": ROLE, "queues": NAMES, "functions": NAMES}
USER = obj(name=TEXT, **RIGHTS, is_group=FLAG, has_password=FLAG)
TOKEN = obj(
    id=TEXT,
    name=TEXT,
    maker=TEXT,
    source=TEXT,
    rights=obj(**RIGHTS),
    made_at=MOMENT,
    until=nullable(MOMENT),
    used_at=nullable(MOMENT),
)
GONE = {204: Answer()}

ACCESS: dict[str, Op] = {
    "api.log_in": Op(
        "access",
        GONE,
        body=Body(obj(name=TEXT, password=TEXT), {"ada": {"name": "ada", "password": "…"}}, required=True),
        refusals=frozenset({404, 429}),
    ),
    "api.log_out": Op("access", GONE, body=Body(obj({"everywhere": nullable(FLAG)})), refusals=frozenset({404})),
    "api.me": Op("access", told(user=nullable(obj(name=TEXT, how=TEXT)), rights=obj(**RIGHTS))),
    "api.users": Op("access", told(users=listed(USER)), refusals=frozenset({403, 404})),
    "api.sign_user_out": Op("access", GONE, body=Body(obj())),
    "api.tokens": Op("access", told(tokens=listed(TOKEN)), refusals=frozenset({403, 404})),
    "api.add_token": Op(
        "access",
        {201: Answer(obj(token=TOKEN, secret=TEXT))},
        body=Body(
            obj(
                {"queues": nullable(NAMES), "functions": nullable(NAMES), "days": nullable(whole(1, 3_650))},
                name=text(64, 1),
                role=ROLE,
            ),
            {"for the deploys": {"name": "deploys", "role": "operator", "days": 90}},
            required=True,
        ),
        refusals=frozenset({404}),
    ),
    "api.revoke_token": Op("access", GONE),
}
