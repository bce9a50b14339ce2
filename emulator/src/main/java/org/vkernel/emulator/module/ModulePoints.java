package org.vkernel.emulator.module;

/**
 * What instrumented module code reports to; one for each loaded module, implemented by the kernel.
 *
 * <p>Every method may switch tasks, or throw an {@code Error} that ends the task. A {@code site} is
 * a number of the module's {@link ModuleSites}.
 */
public interface ModulePoints {
    /**
     * Called before a field is read or written.
     *
     * @param object the number that {@link #newObject()} gave to the object; 0 for a static field
     *     (the place in memory is then told by {@link ModuleSites#location} alone), and for an
     *     object whose superclass's constructor still runs
     */
    void fieldAccess(long object, int site, boolean write);

    /** Called before an element of {@code array} is read or written. */
    void arrayAccess(Object array, int index, int site, boolean write);

    /** Called once in each turn of a loop. */
    void backEdge(int site);

    /** Called when an object of a module's class is made; returns its number, not 0. */
    long newObject();
}
