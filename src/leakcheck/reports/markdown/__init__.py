"""Markup and pages of Markdown reports."""
