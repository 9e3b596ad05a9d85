"""Django's PostgreSQL engine, which starts the embedded server before it connects."""
