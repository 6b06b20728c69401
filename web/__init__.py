"""Pages, JSON API and the `landfall` command."""
