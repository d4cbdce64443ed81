"""Field trials: leakcheck on public projects, compared with plain pytest.

    python -m trials run NAME... --at FOLDER     audit projects, write trials/results/NAME.json
    python -m trials report NAME... --at FOLDER  tell again what their stored audits have found
    python -m trials table                       write docs/field-trials.md from the results

Which projects, at which commit and installed how, is in projects.toml; what was found when looking at leaks by hand
is in judged.toml. FOLDER keeps checkouts and environments (FOLDER/NAME/src, FOLDER/NAME/venv) and may be thrown
away. It needs git, uv, the registry of Python packages and, for some projects, a PostgreSQL server.
"""
