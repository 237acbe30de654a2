"""`env_profiles/*.yaml` → model, strictly: every error of every file at once, with file, line and key path.

The only importer of yaml. A file's shape is declared once (`role_file`, `stack_file`) and serves reading as well as
the JSON Schema that editors use.
"""
