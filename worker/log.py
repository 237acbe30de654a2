"""One line an event on stderr, which Batch sends to CloudWatch. No value of the environment is ever part of one."""

import logging
import sys


def set_up(**words: object) -> None:
    """`words` stand in every line: which worker, job and attempt it is about."""
    prefix = " ".join(f"{name}={value}" for name, value in words.items() if value)
    line = f"%(asctime)s %(levelname)s {prefix.replace('%', '%%')} %(name)s: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=line, force=True)
    # At INFO these tell of credentials found and of every retried connection.
    for name in ("boto3", "botocore", "urllib3", "s3transfer"):
        logging.getLogger(name).setLevel(logging.WARNING)
