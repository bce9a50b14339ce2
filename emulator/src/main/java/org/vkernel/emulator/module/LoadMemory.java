package org.vkernel.emulator.module;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;

/**
 * The memory of one module, by number: what {@code load_module()} and {@code do_init_module()}
 * allocate, in their order. Any of it that cannot be had is {@code -ENOMEM}.
 *
 * <p>Context: process; may sleep. Exclusive to the task that loads, then to the one that unloads.
 */
final class LoadMemory {
    /** What {@code /proc/modules} tells as the size of each. */
    static final int LAYOUT_BYTES = 16384;

    /** {@code sizeof(struct module_use)}. */
    private static final int USE_BYTES = 48;

    /** {@code sizeof(struct kobject)}: the folder of those that use it. */
    private static final int HOLDERS_BYTES = 64;

    /** {@code sizeof(struct mod_initfree)}. */
    private static final int FREE_INIT_BYTES = 32;

    /** The longest command line of parameters that counts as one page. */
    private static final int ARGS_MAX = 4096;

    private final Memory memory;
    private final Scheduler sched;

    // The numbers of its objects; 0 for none.
    private int image;
    private int layout;
    private int args;
    private int holders;
    private int freeInit;
    private final List<Integer> uses = new ArrayList<>(2);

    LoadMemory(Memory memory, Scheduler sched) {
        this.memory = memory;
        this.sched = sched;
    }

    /** The file as user space gave it, and room for what becomes of it. */
    int allocLayout() {
        image = memory.vmalloc(sched.current(), LAYOUT_BYTES, GfpMask.KERNEL);
        if (image != 0) {
            layout = memory.vmalloc(sched.current(), LAYOUT_BYTES, GfpMask.KERNEL);
        }
        return layout != 0 ? 0 : -Errno.ENOMEM;
    }

    /** The parameters as user space gave them. */
    int allocArgs(int bytes) {
        args = memory.kmalloc(Math.min(bytes, ARGS_MAX), GfpMask.KERNEL);
        return args != 0 ? 0 : -Errno.ENOMEM;
    }

    /** What sysfs shows of it; the file is not needed any more. */
    int allocSysfs() {
        holders = memory.kmalloc(HOLDERS_BYTES, GfpMask.KERNEL);
        freeImage();
        return holders != 0 ? 0 : -Errno.ENOMEM;
    }

    /** What is to free the part that only {@code init} needs. */
    boolean allocFreeInit() {
        freeInit = memory.kmalloc(FREE_INIT_BYTES, GfpMask.KERNEL);
        return freeInit != 0;
    }

    /** {@code init} has run, or never will. */
    void freeFreeInit() {
        memory.kfree(freeInit);
        freeInit = 0;
    }

    /** {@code add_module_usage()}. The modules' mutex is held. */
    boolean allocUse() {
        int use = memory.kmalloc(USE_BYTES, GfpMask.ATOMIC);
        if (use != 0) {
            uses.add(use);
        }
        return use != 0;
    }

    private void freeImage() {
        if (image != 0) {
            memory.vfree(sched.current(), image);
            image = 0;
        }
    }

    /** All that is left of it. */
    void free() {
        freeImage();
        if (layout != 0) {
            memory.vfree(sched.current(), layout);
            layout = 0;
        }
        memory.kfree(args);
        args = 0;
        memory.kfree(holders);
        holders = 0;
        uses.forEach(memory::kfree);
        uses.clear();
    }
}
