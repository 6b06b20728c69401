"""Pure stages over frozen values: no database, no HTTP."""
