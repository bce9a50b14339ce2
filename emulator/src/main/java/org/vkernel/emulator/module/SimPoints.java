package org.vkernel.emulator.module;

import com.google.common.collect.MapMaker;
import java.util.Map;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.AccessSites;
import org.vkernel.emulator.sched.SimMachine;

/**
 * Makes what a module's code does points of the simulated machine.
 *
 * <p>A place in memory has a number: that of its object, mixed with that of the field, or with the
 * index of the element.
 */
final class SimPoints implements ModulePoints {
    /** The module itself, as the object of its static fields. */
    private static final long STATICS = 1L << 62;

    /** Arrays are numbered beside the objects, so that it is the same with and without them. */
    private static final long ARRAYS = 1L << 61;

    /** Odd, so that the places of one object all differ. */
    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private final SimMachine sim;
    private final ModuleSites sites;
    private final ModuleMemory memory;
    private final int siteBase;

    /** Other memory at each load. */
    private final long statics;

    /** Arrays have no room for a number of their own. Compares by identity. */
    private final Map<Object, Long> arrays = new MapMaker().weakKeys().makeMap();

    SimPoints(SimMachine sim, ModuleSites sites, ModuleMemory memory) {
        this.sim = sim;
        this.sites = sites;
        this.memory = memory;
        this.siteBase = sim.siteNumbers().base(new Names(sites));
        this.statics = STATICS | sim.nextArray();
    }

    @Override
    public void fieldAccess(long object, int site, boolean write) {
        ModuleSites.Site at = sites.site(site);
        if (!memory.hasNothingFreed()) {
            memory.checkAccess(object, at, write);
        }
        if (object == 0 && at.kind() == ModuleSites.Kind.FIELD) {
            sim.point(Access.RELAX, 0); // of an object that nobody else has yet
            return;
        }
        long owner = object == 0 ? statics : object;
        long place = owner ^ sites.location(site) * MIXER;
        if (at.isVolatile()) {
            sim.point(write ? Access.WRITE_ONCE : Access.READ_ONCE, place, siteBase + site);
        } else {
            sim.point(write ? Access.WRITE : Access.READ, place, siteBase + site);
        }
    }

    @Override
    public void arrayAccess(Object array, int index, int site, boolean write) {
        Long number = arrays.get(array);
        if (number == null) {
            number = ARRAYS | sim.nextArray();
            arrays.put(array, number);
        }
        long place = number ^ (index + 1) * MIXER;
        sim.point(write ? Access.WRITE : Access.READ, place, siteBase + site);
    }

    @Override
    public void backEdge(int site) {
        sim.point(Access.RELAX, 0);
    }

    @Override
    public long newObject() {
        return sim.nextObject();
    }

    private record Names(ModuleSites sites) implements AccessSites {
        @Override
        public String target(int site) {
            ModuleSites.Site at = sites.site(site);
            return at.kind() == ModuleSites.Kind.ARRAY
                    ? "element of " + at.target()
                    : "field " + at.target();
        }

        @Override
        public String frame(int site) {
            String place = sites.site(site).place();
            String className = sites.site(site).className();
            return place.substring(className.lastIndexOf('.') + 1);
        }
    }
}
