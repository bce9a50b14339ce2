package org.vkernel.emulator.module;

import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.SimMachine;

/** Makes what a module's code does points of the simulated machine. */
final class SimPoints implements ModulePoints {
    /** Arrays have no numbers: all count as one object. */
    private static final long ARRAYS = -1;

    /** Static fields are numbered downwards from here, by their location. */
    private static final long STATICS = -2;

    private final SimMachine sim;
    private final ModuleSites sites;
    private final ModuleMemory memory;

    SimPoints(SimMachine sim, ModuleSites sites, ModuleMemory memory) {
        this.sim = sim;
        this.sites = sites;
        this.memory = memory;
    }

    @Override
    public void fieldAccess(long object, int site, boolean write) {
        if (!memory.hasNothingFreed()) {
            memory.checkAccess(object, sites.site(site), write);
        }
        long number = object == 0 ? STATICS - sites.location(site) : object;
        if (sites.site(site).isVolatile()) {
            sim.point(write ? Access.WRITE_ONCE : Access.READ_ONCE, number);
        } else {
            sim.point(write ? Access.WRITE : Access.READ, number);
        }
    }

    @Override
    public void arrayAccess(Object array, int site, boolean write) {
        sim.point(write ? Access.WRITE : Access.READ, ARRAYS);
    }

    @Override
    public void backEdge(int site) {
        sim.point(Access.RELAX, 0);
    }

    @Override
    public long newObject() {
        return sim.nextObject();
    }
}
