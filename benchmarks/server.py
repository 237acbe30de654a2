"""moto on a free loopback port, in a process of its own, with the parameters that its arguments name.

Prints its URL; ends when its stdin does.
"""

import logging
import sys

import boto3
from moto.server import ThreadedMotoServer


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    ssm = boto3.client("ssm", endpoint_url=f"http://{host}:{port}")
    for name in sys.argv[1:]:
        ssm.put_parameter(Name=name, Value="KEY=before", Type="SecureString")
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
