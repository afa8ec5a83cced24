"""A path that loses packets, for tests of calls: a UDP forwarder between the browsers and the relay.

A network namespace with `tc netem` would need root and a kernel module; this runs everywhere. Calls that may only use
the relay (iceTransportPolicy) send every packet of media and of ICE through it, each twice: to the relay and from it.
"""

import random
import select
import socket
import threading

LARGEST = 65_536


def is_media(data: bytes) -> bool:
    """RTP (RFC 3550, 5761: not RTCP) in a TURN channel (RFC 8656, 12.4)."""
    if len(data) < 6 or data[0] >> 6 != 1:
        return False
    return data[4] >> 6 == 2 and not 192 <= data[5] <= 223


class LossyPath:
    """Forwards datagrams from its own port to `target`, and back. `loss` (0 to 1) of all of them is dropped, and
    `media_loss` of those that carry picture or sound; both may change at any time. What a page makes of lost media is
    the page's matter; how long ICE holds out without its own packets is the browser's."""

    def __init__(self, target: int) -> None:
        self.loss = 0.0
        self.media_loss = 0.0
        self.dropped = 0
        self._target = ("127.0.0.1", target)
        self._chance = random.Random(5)
        self._front = self._bound()
        self._front.bind(("127.0.0.1", 0))
        self.port: int = self._front.getsockname()[1]
        self._back: dict[tuple[str, int], socket.socket] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @staticmethod
    def _bound() -> socket.socket:
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        new.setblocking(False)
        return new

    def start(self) -> "LossyPath":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=5)
        for each in (self._front, *self._back.values()):
            each.close()

    def _run(self) -> None:
        owners: dict[socket.socket, tuple[str, int]] = {}
        while not self._stopped.is_set():
            ready, _, _ = select.select([self._front, *owners], [], [], 0.1)
            for source in ready:
                try:
                    data, sender = source.recvfrom(LARGEST)
                except OSError:
                    continue
                if self._chance.random() < max(self.loss, self.media_loss if is_media(data) else 0):
                    self.dropped += 1
                    continue
                if source is self._front:
                    if sender not in self._back:
                        self._back[sender] = self._bound()
                        self._back[sender].connect(self._target)
                        owners[self._back[sender]] = sender
                    self._back[sender].send(data)
                else:
                    self._front.sendto(data, owners[source])
