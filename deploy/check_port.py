"""check_port.py PORT: say in one line when another program already listens there."""

import socket
import sys


def main() -> None:
    port = int(sys.argv[1])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} can't be used ({error.strerror}). Try: make run PORT={port + 1}"
            ) from error


if __name__ == "__main__":
    main()
