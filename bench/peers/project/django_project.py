"""The smallest project of Django that shows django-rq's pages: settings, addresses and application in one file.

Whoever asks is an admin, so that nothing is measured but the pages; a login would cost it two queries more.
"""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only here",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "django_rq",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{__name__}.everybody_is_admin",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    STATIC_URL="/static/",
    USE_TZ=True,
    RQ_QUEUES={"default": {"URL": os.environ["BENCH_REDIS_URL"]}},
)


def everybody_is_admin(answer):
    """Middleware: the user is one who may see everything."""
    from django.contrib.auth.models import User

    def ask(request):
        request.user = User(username="viewer", is_staff=True, is_superuser=True)
        return answer(request)

    return ask


django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.staticfiles.views import serve  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402

urlpatterns = [path("admin/", admin.site.urls), path("static/<path:path>", serve, {"insecure": True})]
application = get_wsgi_application()
