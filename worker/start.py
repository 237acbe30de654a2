"""What every program of the worker does first: the env blob, the configuration, Django."""

import os

from worker import env, log
from worker.config import Config, bootstrap, load_config


def configured(**words: object) -> Config:
    """Ready to import `worker.job`. `words` stand in every line of the log.

    ConfigError: something is missing or unusable, all of it named; then nothing was connected to but SSM. Transient:
    SSM did not answer.
    """
    parameter, region = bootstrap()
    if parameter:
        env.load_parameter(parameter, region)
    config = load_config()
    log.set_up(worker=config.worker_id, **words)
    os.environ["DJANGO_SETTINGS_MODULE"] = "worker.settings"
    import django

    django.setup()
    return config
