// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMs, as debugfs shows them, and what to say when it does not.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "virqctl.h"

#define FLOWS	"/sys/module/virqchip/parameters/flows"

/* The tests put a directory of sample files in the place of debugfs. */
static const char *debugfs(void)
{
	const char *dir = getenv("VIRQCTL_DEBUGFS");

	return dir ? dir : "/sys/kernel/debug";
}

static const char *fabrics(void)
{
	static char path[PATH_ROOM];

	snprintf(path, sizeof(path), "%s/virqchip", debugfs());
	return path;
}

noreturn void no_vm(const char *vm)
{
	errx(EXIT_NO_VM,
	     "there is no VM %s, or no longer (\"virqctl list\" shows them)",
	     vm);
}

noreturn void no_module(void)
{
	errx(EXIT_NO_MODULE,
	     "there is no " DEVICE ": the module is not loaded (modprobe virqchip)");
}

int open_device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		no_module();
	if (errno == EACCES || errno == EPERM)
		errx(EXIT_NO_PERMISSION, "you may not open " DEVICE
		     " (try sudo)");
	errx(EXIT_FAILED, DEVICE ": %s", strerror(errno));
}

noreturn void no_debugfs(int error)
{
	if (error == EACCES || error == EPERM)
		errx(EXIT_NO_PERMISSION, "only root may read %s (try sudo)",
		     fabrics());
	if (access(DEVICE, F_OK))
		no_module();
	if (error == ENOENT)
		errx(EXIT_FAILED,
		     "debugfs is not mounted on %s (mount -t debugfs none %s)",
		     debugfs(), debugfs());
	errx(EXIT_FAILED, "%s: %s", fabrics(), strerror(error));
}

const char *vm_path(char path[PATH_ROOM], const char *vm, const char *file)
{
	if (snprintf(path, PATH_ROOM, "%s/%s/%s", fabrics(), vm, file) >=
	    PATH_ROOM)
		no_vm(vm);
	return path;
}

bool vm_exists(const char *vm)
{
	char path[PATH_ROOM];

	return !access(vm_path(path, vm, ""), F_OK);
}

void vm_check(const char *vm)
{
	if (!*vm || strchr(vm, '/') || vm[0] == '.')
		no_vm(vm);
	if (access(fabrics(), R_OK | X_OK))
		no_debugfs(errno);
	if (!vm_exists(vm))
		no_vm(vm);
}

static int is_vm(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

char **vm_names(unsigned int *nr)
{
	struct dirent **entries;
	char **names;
	int i, found;

	found = scandir(fabrics(), &entries, is_vm, versionsort);
	if (found < 0)
		no_debugfs(errno);
	names = get_memory(found * sizeof(*names));
	for (i = 0; i < found; i++) {
		names[i] = copy_text(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	*nr = found;
	return names;
}

static char *read_all(int fd)
{
	size_t nr = 0, room = 0;
	char *text = NULL;
	ssize_t len;

	do {
		/* Room for the zero at the end, too */
		while (room < nr + 4096)
			text = grow_array(text, room, &room, 1);
		len = read(fd, text + nr, room - nr - 1);
		nr += len > 0 ? len : 0;
	} while (len > 0);
	if (len < 0) {
		free(text);
		return NULL;
	}
	text[nr] = 0;
	return text;
}

char *vm_try_read(const char *vm, const char *file)
{
	char path[PATH_ROOM];
	char *text = NULL;
	int error, fd;

	fd = open(vm_path(path, vm, file), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = read_all(fd);
	error = errno;
	close(fd);
	errno = error;
	return text;
}

char *vm_read(const char *vm, const char *file)
{
	char *text = vm_try_read(vm, file);

	if (text)
		return text;
	if (errno == ENOENT && vm_exists(vm))
		return NULL;
	/* EIO is what debugfs says of a file that is being removed. */
	if (errno == ENOENT || errno == EIO)
		no_vm(vm);
	no_debugfs(errno);
}

int vm_try_write(const char *vm, const char *file, const char *line)
{
	char path[PATH_ROOM];
	int error = 0, fd;

	fd = open(vm_path(path, vm, file), O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, line, strlen(line)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* In sample files the answer stands in a file named after the question. */
static char *sample_answer(const char *vm, const char *file,
			   const char *question)
{
	char name[PATH_ROOM];

	snprintf(name, sizeof(name), "%s %s", file, question);
	return vm_read(vm, name);
}

static noreturn void not_understood(const char *vm, const char *file,
				    const char *question)
{
	if (errno == EIO)
		no_vm(vm);
	if (errno == ENOENT)
		errx(EXIT_FAILED, "%s has no such CPU: '%s'", vm, question);
	errx(EXIT_FAILED, "%s of %s: %s: %s", file, vm, question,
	     strerror(errno));
}

char *vm_ask(const char *vm, const char *file, const char *question)
{
	char path[PATH_ROOM];
	char *text = NULL;
	int fd;

	if (getenv("VIRQCTL_DEBUGFS"))
		return sample_answer(vm, file, question);
	fd = open(vm_path(path, vm, file), O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && vm_exists(vm))
		return NULL;
	if (fd < 0 && errno == ENOENT)
		no_vm(vm);
	if (fd < 0)
		no_debugfs(errno);
	if (write(fd, question, strlen(question)) < 0)
		not_understood(vm, file, question);
	text = read_all(fd);
	if (!text && errno == EIO)
		no_vm(vm);
	if (!text)
		errx(EXIT_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	return text;
}

unsigned int vm_count_cpus(const char *vm)
{
	char path[PATH_ROOM];
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir;

	dir = opendir(vm_path(path, vm, ""));
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		nr += !strncmp(entry->d_name, "lapic", 5);
	closedir(dir);
	return nr;
}

bool flows_are_recorded(void)
{
	FILE *file = fopen(FLOWS, "r");
	int c = file ? fgetc(file) : 'Y';

	if (file)
		fclose(file);
	return c == 'Y';
}

void tell_if_not_recorded(void)
{
	if (!flows_are_recorded())
		fputs("virqctl: nothing is recorded now (echo Y > " FLOWS ")\n",
		      stderr);
}

void record_flows(bool on)
{
	int fd = open(FLOWS, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on ? "Y" : "N", 1) != 1)
		warn(FLOWS);
	if (fd >= 0)
		close(fd);
}
