/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording fd as the tests use it.
 */
#ifndef SELFTESTS_RECORD_H
#define SELFTESTS_RECORD_H

#include <linux/virqchip_record.h>

#include "lib.h"

#define VIRQCTL	"../virqctl/build/virqctl"
#define MIB	(1024 * 1024)

/* Number of a fabric. */
uint32_t id_of(int fabric);

/* VIRQCHIP_RECORD: the fd, or -1 and errno. */
int record_try(int device, uint32_t fabric_id, uint32_t buffer);

/* The same, not blocking; ends the test if it fails, skips it without rings. */
int record_start(int fabric, uint32_t buffer);
struct virqchip_record_stop record_stop(int fd);

/* What was read. */
extern uint8_t *data;
extern size_t data_len;

/* Read some of what is behind what was read before. Returns false at its end. */
bool read_some(int fd);

/* All of it. */
void read_on(int fd);

const struct virqchip_rec *first_record(void);

/* The next one, NULL behind the last. */
const struct virqchip_rec *next_record(const struct virqchip_rec *rec);

unsigned int count_type(unsigned int type);
unsigned int count_states(unsigned int cause);

/* The only operation of this kind. */
struct virqchip_rec_op only_op(unsigned int op);

/* Let virqctl replay what was read. Returns its exit status. */
int replay_status(void);
void expect_replay(void);

#endif /* SELFTESTS_RECORD_H */
