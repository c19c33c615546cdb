// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading the module.
 *
 * The device comes last and goes first: who can open it finds all else ready.
 * Open file descriptors hold the module, so nothing of a fabric is left when
 * it is unloaded.
 */
#include <linux/module.h>

#include "chardev.h"
#include "observe.h"

static int __init vqc_init(void)
{
	int ret;

	ret = vqc_observe_init();
	if (ret)
		return ret;
	ret = vqc_kvm_init();
	if (ret)
		goto err_observe;
	ret = vqc_chardev_init();
	if (ret)
		goto err_kvm;
	return 0;

err_kvm:
	vqc_kvm_exit();
err_observe:
	vqc_observe_exit();
	return ret;
}

static void __exit vqc_exit(void)
{
	vqc_chardev_exit();
	vqc_kvm_exit();
	vqc_observe_exit();
}

module_init(vqc_init);
module_exit(vqc_exit);

MODULE_AUTHOR("virqchip developers");
MODULE_DESCRIPTION("Observable virtual interrupt controllers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
