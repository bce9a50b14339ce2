package org.vkernel.connector.core;

import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.printk.LogLevel;

/**
 * The connector's own user: process events, under id 1:1 (drivers/connector/cn_proc.c).
 *
 * <p>It holds the id and the group as any other user does; what it is sent is taken and not looked
 * at.
 */
final class ProcConnector {
    private static final CbId ID = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);

    private final VirtualKernel kernel;
    private final Connector connector;

    ProcConnector(VirtualKernel kernel, Connector connector) {
        this.kernel = kernel;
        this.connector = connector;
    }

    /**
     * Registers with the connector. Models {@code cn_proc_init()}. Context: process. Sleeps: may.
     *
     * @return 0 or a negative errno
     */
    int init() {
        int error = connector.addCallback(ID, "cn_proc", this::control);
        if (error != 0) {
            kernel.printk(LogLevel.WARNING, "cn_proc failed to register");
        }
        return error;
    }

    private void control(CnMsg message, SenderInfo sender) {}

    void exit() {
        connector.delCallback(ID);
    }
}
