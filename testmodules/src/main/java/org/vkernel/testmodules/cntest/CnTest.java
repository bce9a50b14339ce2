package org.vkernel.testmodules.cntest;

import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.core.SenderInfo;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.time.Timer;

/**
 * The connector's test module: two callbacks that log what they are sent, and a timer that sends a
 * counter to the group once a second.
 *
 * <p>Models samples/connector/cn_test.c, its slip included: see {@link #init}.
 */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class CnTest implements KernelModule {
    private static final String NAME = "cn_test";

    @ModuleParam(unsigned = true, description = "index of both ids, and the group")
    private static int idx = ConnectorId.CN_NETLINK_USERS + 3;

    @ModuleParam(unsigned = true, description = "value of the first id; the second's is one more")
    private static int val = 0x456;

    private ModuleContext kernel;
    private Connector connector;
    private Timer timer;

    /** The second id, which the counter is sent with. */
    private CbId id;

    private int counter;

    /**
     * Registers both callbacks and starts the timer.
     *
     * <p>N.B. as in Linux, where the second id is taken this removes that id, which is somebody
     * else's, and leaves the first one behind.
     */
    @Override
    public int init(ModuleContext context) {
        kernel = context;
        connector = kernel.use(Connector.class);
        int error = connector.addCallback(CbId.of(idx, val), NAME, this::callback);
        if (error != 0) {
            return error;
        }
        id = CbId.of(idx, val + 1);
        error = connector.addCallback(id, NAME, this::callback);
        if (error != 0) {
            connector.delCallback(id);
            return error;
        }
        timer = kernel.timer(NAME, fired -> sendCounter());
        startTimer();
        kernel.printk(
                LogLevel.INFO,
                "cn_test: initialized with id={%s.%s}",
                Integer.toUnsignedString(id.idx()),
                Integer.toUnsignedString(id.val()));
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        timer.delSync();
        connector.delCallback(id);
        connector.delCallback(CbId.of(idx, val));
    }

    /** Logs what a process sent to one of the two ids. Context: process, the sender's. */
    private void callback(CnMsg message, SenderInfo sender) {
        kernel.printk(
                LogLevel.INFO,
                "cn_test: cn_test_callback: %s: idx=%x, val=%x, seq=%s, ack=%s, len=%d: %s.",
                Long.toUnsignedString(kernel.jiffies()),
                message.idx(),
                message.val(),
                Integer.toUnsignedString(message.seq()),
                Integer.toUnsignedString(message.ack()),
                message.len(),
                message.text());
    }

    /** Sends the counter to whoever listens to the group. Context: softirq. */
    private void sendCounter() {
        String text = "counter = " + Integer.toUnsignedString(counter);
        CnMsg message = CnMsg.builder(id).seq(counter).text(text).build();
        // Nobody may be listening; then it is lost.
        var _ = connector.netlinkSend(message, 0, 0, GfpMask.ATOMIC);
        counter++;
        startTimer();
    }

    private void startTimer() {
        timer.mod(kernel.jiffies() + kernel.hz());
    }
}
