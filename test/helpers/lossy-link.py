#!/usr/bin/env python3
"""A link that loses, delays, reorders and swallows, for a network of its own.

Opens a TUN device in this network namespace (namespace.sh). Whatever is sent to
10.99.0.2 comes back as if 10.99.0.2 had sent it to 10.99.0.1, so that a server
on 10.99.0.1 is reached at 10.99.0.2 over this link, and its answers likewise:
swapping the two addresses changes no checksum. A line on standard output tells
that it works; the end of standard input ends it.

  lossy-link.py SEED LOSS DELAY_MS JITTER_MS VANISH

LOSS is the share of packets lost; each waits DELAY_MS and up to JITTER_MS more,
which reorders them; of VANISH of the connections nothing passes any more from
some packet on, so that each end waits for a peer that is gone without a word.
"""
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 1
IFF_NO_PI = 0x1000
SIOCSIFADDR = 0x8916
SIOCSIFNETMASK = 0x891C
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

NAME = b"lossy"
PACKET_MOST = 65536
MOST_BEFORE_VANISHING = 12
TCP = 6


def set_address(control, request, address):
    packed = struct.pack("16sHH4s8x", NAME, socket.AF_INET, 0, address)
    fcntl.ioctl(control, request, packed)


def open_link():
    link = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(link, TUNSETIFF, struct.pack("16sH", NAME, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        set_address(control, SIOCSIFADDR, bytes([10, 99, 0, 1]))
        set_address(control, SIOCSIFNETMASK, bytes([255, 255, 255, 0]))
        flags = struct.pack("16sH", NAME, IFF_UP)
        fcntl.ioctl(control, SIOCSIFFLAGS, flags)
    return link


class Vanishing:
    """Which connections have lost their peer."""

    def __init__(self, dice, share):
        self.dice = dice
        self.share = share
        self.left = {}  # packets until the peer is gone, None for never

    def swallows(self, packet):
        if len(packet) < 24 or packet[9] != TCP:
            return False
        at = (packet[0] & 15) * 4
        ports = frozenset(struct.unpack_from("!HH", packet, at))
        if ports not in self.left:
            gone = self.dice.random() < self.share
            count = self.dice.randint(1, MOST_BEFORE_VANISHING)
            self.left[ports] = count if gone else None
        left = self.left[ports]
        if left is None:
            return False
        self.left[ports] = max(0, left - 1)
        return left == 0


def swap(packet):
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:]


def send_due(link, waiting):
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        try:
            os.write(link, heapq.heappop(waiting)[2])
        except BlockingIOError:
            pass  # lost


def main():
    seed, loss, delay_ms, jitter_ms, vanish = map(float, sys.argv[1:6])
    dice = random.Random(seed)
    vanishing = Vanishing(dice, vanish)
    link = open_link()
    waiting = []
    number = 0
    print("up", flush=True)
    while True:
        wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([link, sys.stdin], [], [], wait)
        send_due(link, waiting)
        if sys.stdin in ready:
            return
        if link not in ready:
            continue
        packet = os.read(link, PACKET_MOST)
        if packet[0] >> 4 != 4 or dice.random() < loss:
            continue
        if vanishing.swallows(packet):
            continue
        due = time.monotonic() + (delay_ms + dice.random() * jitter_ms) / 1000
        number += 1
        heapq.heappush(waiting, (due, number, swap(packet)))


main()
