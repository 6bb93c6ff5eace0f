"""Django's settings of the desk: all of them have good defaults, and what differs per place comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from creditdesk.desk import place

HERE = Path(__file__).parent
SCREENS = HERE / "screens"

SECRET_KEY = place.secret_key()
DEBUG = False
ALLOWED_HOSTS = [
    *os.environ.get("CREDITDESK_HOSTS", "localhost,127.0.0.1,[::1]").split(","),
    urlsplit(place.address()).hostname or "localhost",
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "creditdesk.desk.ledger",
    "creditdesk.desk.casework",
    "creditdesk.desk.api",
    "creditdesk.desk.intake",
    "creditdesk.desk.standing",
    "creditdesk.desk.monitor",
    "creditdesk.desk.access",
    "creditdesk.desk.screens",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django.forms",  # after ours: its templates are what ours do not replace
    "django_filters",
    "django_htmx",
    "lucide",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "creditdesk.desk.api.problem.Middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "creditdesk.desk.access.middleware.Fresh",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "creditdesk.desk.access.middleware.Declared",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "creditdesk.desk.urls"
WSGI_APPLICATION = "creditdesk.desk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            HERE / "access" / "templates",  # before those of allauth, which they replace
            *sorted(SCREENS.glob("*/templates")),
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "creditdesk.desk.screens.frame.frame",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": place.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counts of sign-in attempts must hold for every process: they are kept in the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "desk_cache"},
    # Charts, apart so that they can push no count out.
    "charts": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "monitor_chart",
        "TIMEOUT": 3 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}

# ----------------------------------------------------------------------------------------------------- who is there

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 10 * 3600
"""A working day: a page left open over night asks who is there."""

ACCOUNT_ADAPTER = "creditdesk.desk.access.adapters.NobodySignsUp"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Creditdesk: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get(place.PROXIES) or 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Creditdesk"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not place.encrypted()
MFA_ALLOW_UNVERIFIED_EMAIL = True

_sign_on = place.sign_on()
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [_sign_on] if _sign_on else []}}
# Whoever the company's own sign-on vouches for is the user with that mail address; it makes nobody new.
SOCIALACCOUNT_ADAPTER = "creditdesk.desk.access.adapters.OnlyWhoIsKnown"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False

# --------------------------------------------------------------------------------------------- what a browser may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *([_sign_on["settings"]["server_url"]] if _sign_on else [])],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = place.encrypted()
SECURE_SSL_REDIRECT = False  # whoever ends TLS in front of the desk does that
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if place.encrypted() else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [place.address()]
CSRF_FAILURE_VIEW = "creditdesk.desk.access.views.stale_page"

# ------------------------------------------------------------------------------------------------------------- files

STATIC_URL = "/static/"
STATICFILES_DIRS = sorted(SCREENS.glob("*/static"))
STATIC_ROOT = place.home() / "static"
_collected = (STATIC_ROOT / "staticfiles.json").is_file()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# `creditdesk desk` collects the files, each under a name with its fingerprint; without that they come from the packages.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not _collected

# --------------------------------------------------------------------------------------------------------- languages

LANGUAGE_CODE = "en"
LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [
    HERE / "screens" / "locale",
    HERE / "access" / "locale",
    *sorted(path for path in SCREENS.glob("*/locale")),
]
USE_TZ = True
TIME_ZONE = os.environ.get("CREDITDESK_TIME_ZONE", "Europe/Brussels")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["errors"], "level": "WARNING", "propagate": False},
        "creditdesk": {"handlers": ["errors"], "level": "INFO", "propagate": False},
    },
}

locals().update(place.mail())

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
