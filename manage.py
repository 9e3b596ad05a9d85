#!/usr/bin/env python3
"""Django's commands, with Plumbline's settings."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as error:
        sys.exit(f"{error}. Run `make run`, which makes the environment, or use .venv/bin/python.")
    execute_from_command_line(sys.argv)
