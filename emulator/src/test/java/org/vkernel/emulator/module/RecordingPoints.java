package org.vkernel.emulator.module;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a module's code reports. */
final class RecordingPoints implements ModulePoints {
    private final ModuleSites sites;
    private final List<String> events = new ArrayList<>();
    private long objects;

    RecordingPoints(ModuleSites sites) {
        this.sites = sites;
    }

    /** The events so far, each as {@code read #1 Counter.value}; then forgets them. */
    List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    @Override
    public void fieldAccess(long object, int site, boolean write) {
        String of = object == 0 ? "" : "#" + object + " ";
        events.add((write ? "write " : "read ") + of + sites.site(site).target());
    }

    @Override
    public void arrayAccess(Object array, int index, int site, boolean write) {
        events.add((write ? "write " : "read ") + sites.site(site).target());
    }

    @Override
    public void backEdge(int site) {
        events.add("loop");
    }

    @Override
    public long newObject() {
        events.add("new #" + ++objects);
        return objects;
    }
}
