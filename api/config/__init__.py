"""The project: settings, URLs, WSGI."""
