"""The bytes of a .env: reading, writing, and what each of its readers makes of a line.

Three programs read the platform's env files and disagree on quotes, comments, `$`, backslashes and line ends:
`docker --env-file`, compose's `env_file` and python-dotenv. Each has its module here, held to the real program by
tests. The only importer of dotenv. Nothing here knows AWS or roles; no error quotes a line.
"""
