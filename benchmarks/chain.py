"""The longest chain of calls behind `batch status`, alone and with nothing round it: every page of the RUNNABLE jobs.

chain.py QUEUE
"""

import sys

import botocore.session


def main() -> None:
    batch = botocore.session.get_session().create_client("batch")
    jobs = [
        job
        for page in batch.get_paginator("list_jobs").paginate(jobQueue=sys.argv[1], jobStatus="RUNNABLE")
        for job in page["jobSummaryList"]
    ]
    print(len(jobs))


if __name__ == "__main__":
    main()
