"""The Batch container's program: it encodes one attempt of one job to HLS, and ends.

`batch_main` is the entry, `selfcheck` says whether everything that an encode needs is there. All state is written
through `api.videos.jobs`; `config` and `settings` alone read the environment. `delete_r2` is a Lambda of its own.
"""
