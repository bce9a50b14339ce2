package org.vkernel.benchmarks.machine;

import java.util.concurrent.locks.LockSupport;

/** Virtual threads in a ring that hand a baton on: what the JVM alone takes for a switch. */
final class BareRing {
    private volatile boolean baton;
    private final Thread thread;
    private BareRing next = this;

    private BareRing(int turns) {
        thread = Thread.ofVirtual().unstarted(() -> run(turns));
    }

    /** Hands the baton on {@code switches} times among {@code tasks} threads. */
    static void takeTurns(int tasks, int switches) throws InterruptedException {
        BareRing[] ring = new BareRing[tasks];
        for (int i = 0; i < tasks; i++) {
            ring[i] = new BareRing(switches / tasks);
        }
        for (int i = 0; i < tasks; i++) {
            ring[i].next = ring[(i + 1) % tasks];
        }
        for (BareRing member : ring) {
            member.thread.start();
        }
        ring[0].take();
        for (BareRing member : ring) {
            member.thread.join();
        }
    }

    private void run(int turns) {
        for (int turn = 0; turn < turns; turn++) {
            while (!baton) {
                LockSupport.park(this);
            }
            baton = false;
            next.take();
        }
    }

    private void take() {
        baton = true;
        LockSupport.unpark(thread);
    }
}
