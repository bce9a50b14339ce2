package org.vkernel.connector.wire;

import static org.vkernel.connector.abi.ProcEventLayout.CPU;

import org.vkernel.netlink.wire.LittleEndian;

/**
 * What is written last into a process event where it lies in an array; all else comes from {@link
 * ProcEvent#toByteArray}. Models {@code struct proc_event} of the direct era; any context, nothing
 * sleeps.
 */
public final class ProcEventHeader {
    /** As a stamp's CPU: it is not known yet. */
    public static final int NO_CPU = -1;

    private ProcEventHeader() {}

    /** Writes {@code cpu} of the event at {@code at}. */
    public static void putCpu(byte[] bytes, int at, int cpu) {
        LittleEndian.putU32(bytes, at + CPU, cpu);
    }
}
