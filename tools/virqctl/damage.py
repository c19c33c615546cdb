#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Damage a recording in many ways, the same ones each time."""

import random
import struct
import sys

HEAD = 80


def starts_of_records(data):
    """Return where the records of a recording start."""
    starts, at = [], HEAD
    while at + 24 <= len(data):
        length = struct.unpack_from('<I', data, at)[0]
        if length < 24 or at + length > len(data):
            break
        starts.append(at)
        at += length
    return starts


def damage(data, starts, rng):
    """Return a copy of the recording with something wrong."""
    copy = bytearray(data)
    kind = rng.randrange(6)
    start = rng.choice(starts)
    length = struct.unpack_from('<I', data, start)[0]
    if kind == 0:
        # Bytes of any record, but not its length.
        for _ in range(rng.randrange(1, 9)):
            copy[start + rng.randrange(4, length)] = rng.randrange(256)
    elif kind == 1:
        struct.pack_into('<I', copy, start, rng.choice(
            [0, 8, 24, 0xffffffff, 0x7ffffff8, rng.randrange(1 << 12) * 8]))
    elif kind == 2:
        del copy[start:start + length]
    elif kind == 3:
        # One record's fields with another's type.
        copy[start + 4] = rng.randrange(12)
    elif kind == 4:
        for _ in range(100):
            copy[rng.randrange(HEAD, len(copy))] ^= 1 << rng.randrange(8)
    else:
        # Operands that no chip has.
        for offset in (30, 32, 36, 40, 48):
            copy[start + min(offset, length - 1)] = 0xff
    return bytes(copy)


def main():
    """Write FILE.0, FILE.1, ... from a recording."""
    if len(sys.argv) != 4:
        sys.exit('Usage: damage.py RECORDING TO NUMBER')
    with open(sys.argv[1], 'rb') as file:
        data = file.read()
    starts = starts_of_records(data)
    data = data[:starts[-1]]
    starts.pop()
    rng = random.Random(8259)
    for i in range(int(sys.argv[3])):
        with open('%s.%d' % (sys.argv[2], i), 'wb') as file:
            file.write(damage(data, starts, rng))


main()
