package org.vkernel.emulator.process;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what processes did, as observers are told it. */
class EventLog implements ProcessEvents {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private void log(String what, UserThread thread, String rest) {
        lines.add("%s %d/%d%s".formatted(what, thread.pid(), thread.tgid(), rest));
    }

    private static String parent(UserThread thread) {
        UserThread parent = thread.isPidAlive() ? thread.realParent() : null;
        return parent == null ? " of 0/0" : " of " + parent.pid() + "/" + parent.tgid();
    }

    @Override
    public void forked(UserThread child) {
        log("fork", child, parent(child));
    }

    @Override
    public void executed(UserThread thread) {
        log("exec", thread, " " + thread.comm());
    }

    @Override
    public void userIdsChanged(UserThread thread) {
        Credentials now = thread.process().credentials();
        log("uid", thread, " " + now.ruid() + " " + now.euid());
    }

    @Override
    public void groupIdsChanged(UserThread thread) {
        Credentials now = thread.process().credentials();
        log("gid", thread, " " + now.rgid() + " " + now.egid());
    }

    @Override
    public void sessionBegun(UserThread leader) {
        log("sid", leader, "");
    }

    @Override
    public void traced(UserThread thread, UserThread tracer) {
        log("ptrace", thread, " by " + tracer.pid() + "/" + tracer.tgid());
    }

    @Override
    public void untraced(UserThread thread) {
        log("ptrace", thread, " by 0/0");
    }

    @Override
    public void renamed(UserThread thread) {
        log("comm", thread, " " + thread.comm());
    }

    @Override
    public void coreDumped(UserThread thread) {
        log("coredump", thread, parent(thread));
    }

    @Override
    public void exited(UserThread thread) {
        log(
                "exit",
                thread,
                " %#x %d%s".formatted(thread.exitCode(), thread.exitSignal(), parent(thread)));
    }
}
