#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make a small recording from the description of its format alone.

A PIC that was never initialised has its IMR written and read, and a local APIC
takes a message, injects it and ends it.
"""

import struct
import sys

WHY, OP, STATE, INJECT = 1, 4, 5, 9
PIC, LAPIC = 0, 2
NO_CPU = 0xffff
START_NS = 1000


def digest(*words):
    """Return the FNV-1a of 64-bit words, folded."""
    value = 0xcbf29ce484222325
    for word in words:
        value = (value ^ word) * 0x100000001b3 % (1 << 64)
    return (value ^ value >> 32) & 0xffffffff


def state_digest(state):
    """Return the digest of a state without effects."""
    return digest(*struct.unpack('<%dQ' % (len(state) // 8), state))


def pic_state(imr):
    """Return the state of a pair of chips that nobody has initialised."""
    master = bytes([0, imr, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0])
    slave = bytes([0, 0, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0])
    return master + slave + bytes(8)


def lapic_state(irr, isr):
    """Return the state of an enabled local APIC with a vector each in IRR and ISR."""
    registers = [0] * 24
    if irr:
        registers[irr // 32] |= 1 << irr % 32
    if isr:
        registers[8 + isr // 32] |= 1 << isr % 32
    masked = 0x10000
    return struct.pack('<24I4Q11I7I4B4x', *registers,
                       0xfee00900, 0, 0, 0,
                       0, 0, 0, 0, 0, 0, 0xffffffff, 0x1ff, 0, 0, 0,
                       *[masked] * 7, 0x10, 0, 0, 0)


class Recording:
    """The bytes of a recording, and the number of its last record."""

    def __init__(self):
        self.data = struct.pack('<8sIIQQIIII32s', b'VIRQCHIP', 1, 80, START_NS,
                                0, 1, 1, 0, 0, b'made')
        self.order = 0

    def add(self, kind, cpu, body, numbered=True):
        """Append a record."""
        self.order += numbered
        self.data += struct.pack('<IHHQQ', 24 + len(body), kind, cpu,
                                 self.order if numbered else 0, START_NS)
        self.data += body

    def why(self, number, name):
        """Append the meaning of a reason."""
        self.add(WHY, NO_CPU, struct.pack('<II32s96s', number, 0, name, b''),
                 False)

    def operation(self, cpu, chip, code, state, **values):
        """Append an operation that leads to a state."""
        self.add(OP, cpu, struct.pack(
            '<BBBBIIIQQQ', chip, code, values.get('why', 0), 0,
            state_digest(state), values.get('addr', 0), 0,
            values.get('arg', 0), values.get('result', 0), 0))

    def state(self, cpu, chip, cause, state):
        """Append a state."""
        self.add(STATE, cpu,
                 struct.pack('<BBHI', chip, cause, 0, len(state)) + state)


def make(wrong):
    """Return a recording; one thing in it can be wrong."""
    recording = Recording()
    # Not the numbers of the module: they are those of the recording.
    recording.why(7, b'DELIVERED')
    recording.state(NO_CPU, PIC, 0, pic_state(0))
    recording.state(0, LAPIC, 0, lapic_state(0, 0))
    if wrong == 'early':
        # It was acknowledged before the states were taken.
        recording.add(INJECT, 0, struct.pack('<IBBH', 0x80000077, LAPIC, 0xff,
                                             0))
    recording.operation(NO_CPU, PIC, 4, pic_state(0xfa), addr=1, arg=0xfa)
    recording.operation(NO_CPU, PIC, 3, pic_state(0xfa), addr=1,
                        result=0xfb if wrong == 'result' else 0xfa)
    recording.operation(0, LAPIC, 48, lapic_state(0x55, 0), addr=0, arg=0x55,
                        why=7)
    recording.operation(0, LAPIC, 50, lapic_state(0, 0x55), result=0x55)
    recording.add(INJECT, 0, struct.pack(
        '<IBBH', 0x80000056 if wrong == 'inject' else 0x80000055, LAPIC, 0xff,
        0))
    recording.operation(0, LAPIC, 51,
                        lapic_state(0, 0x55 if wrong == 'state' else 0),
                        result=0x55)
    recording.state(NO_CPU, PIC, 2,
                    pic_state(0xfb if wrong == 'end' else 0xfa))
    recording.state(0, LAPIC, 2, lapic_state(0, 0))
    return recording.data


def main():
    """Write a recording; good (early, too), or wrong in one thing."""
    if len(sys.argv) != 3:
        sys.exit('Usage: make-recording.py TO good|early|result|state|end|inject')
    with open(sys.argv[1], 'wb') as file:
        file.write(make(sys.argv[2]))


main()
