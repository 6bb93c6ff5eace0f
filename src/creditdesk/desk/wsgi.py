"""The desk as a WSGI application."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from creditdesk.desk import starting

starting.start()
application = get_wsgi_application()
