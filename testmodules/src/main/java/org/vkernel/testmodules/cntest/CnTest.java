package org.vkernel.testmodules.cntest;

import java.util.List;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.core.SenderInfo;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.time.Timer;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.netlink.wire.SkBuffBytes;

/**
 * The connector's test module: two callbacks that log what they are sent, and a timer that sends a
 * counter to the group once a second. Where the connector has registration notices, it asks for
 * those of its own ids, to group 1.
 *
 * <p>Models samples/connector/cn_test.c, its slip included: see {@link #init}. Differs from Linux:
 * it takes its request for notices back, which Linux's leaves behind.
 */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class CnTest implements KernelModule {
    private static final String NAME = "cn_test";

    /** The index that it had at first; no socket can join a group of this number. */
    private static final int FIRST_INDEX = 0x123;

    /** A {@code struct cn_msg} and 32 bytes of text. */
    private static final int MESSAGE_BYTES = 52;

    private static final int NOTICE_GROUP = 1;
    private static final int REQUEST_SEQ = 0x123;
    private static final int REQUEST_ACK = 0x345;
    private static final int RANGE = 10;

    @ModuleParam(
            unsigned = true,
            description = "index of both ids, and the group; 0: 14, or 0x123 on 2.6.14")
    private static int idx;

    @ModuleParam(unsigned = true, description = "value of the first id; the second's is one more")
    private static int val = 0x456;

    private ModuleContext kernel;
    private Connector connector;
    private boolean hasNotices;
    private Timer timer;

    /** The second id, which the counter is sent with. */
    private CbId id;

    private int counter;

    /** The index of its ids in a kernel of this version, unless the parameter says another. */
    public static int defaultIdx(Profile profile) {
        return profile.hasRegistrationNotices() ? FIRST_INDEX : ConnectorId.CN_NETLINK_USERS + 3;
    }

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
        Profile profile = kernel.kernel().profile();
        hasNotices = profile.hasRegistrationNotices();
        if (idx == 0) {
            idx = defaultIdx(profile);
        }
        int error = wantNotify(NOTICE_GROUP);
        if (error != 0) {
            return error;
        }
        error = register();
        if (error != 0) {
            var _ = wantNotify(0);
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

    private int register() {
        int error = connector.addCallback(CbId.of(idx, val), NAME, this::callback);
        if (error != 0) {
            return error;
        }
        id = CbId.of(idx, val + 1);
        error = connector.addCallback(id, NAME, this::callback);
        if (error != 0) {
            connector.delCallback(id);
        }
        return error;
    }

    @Override
    public void exit(ModuleContext context) {
        timer.delSync();
        connector.delCallback(id);
        connector.delCallback(CbId.of(idx, val));
        var _ = wantNotify(0); // nobody is told if there is no memory for it
    }

    /**
     * Asks the connector to tell a group when ids like its own come and go; group 0: no more. It is
     * heard in a worker, some time later.
     *
     * <p>Models {@code cn_test_want_notify()}.
     *
     * @return 0; {@code -ENOMEM}; {@code -EMSGSIZE}
     */
    private int wantNotify(int group) {
        if (!hasNotices) {
            return 0;
        }
        CnCtlMsg request =
                CnCtlMsg.of(
                        group,
                        List.of(new CnNotifyReq(idx, RANGE)),
                        List.of(new CnNotifyReq(val, RANGE), new CnNotifyReq(val + 20, RANGE)));
        CnMsg message =
                CnMsg.builder(CbId.of(ConnectorId.CN_IDX_CONNECTOR, ConnectorId.CN_VAL_CONNECTOR))
                        .seq(REQUEST_SEQ)
                        .ack(REQUEST_ACK)
                        .data(request.bytes())
                        .build();
        byte[] bytes = message.toByteArray();
        int space = NlMsgHeader.align(NlMsgHeader.length(bytes.length));
        SkBuff skb = kernel.kernel().skbs().alloc(space, GfpMask.ATOMIC);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        if (!SkBuffBytes.put(skb, 0, REQUEST_SEQ, NlmsgType.NLMSG_DONE, 0, bytes)) {
            skb.free("NOT_SPECIFIED");
            return -Errno.EMSGSIZE;
        }
        // The connector's own socket is the kernel's end of the protocol, port 0.
        var _ = kernel.use(Netlink.class).unicast(connector.socket(), skb, 0, true);
        kernel.printk(LogLevel.INFO, "cn_test: request was sent: group=0x%x", group);
        return 0;
    }

    /**
     * Logs what a process sent to one of the two ids. Context: process; the sender's, or in the
     * queued era a worker's.
     */
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
        Memory memory = kernel.kernel().mm();
        int room = memory.kmalloc(MESSAGE_BYTES, GfpMask.ATOMIC);
        if (room != 0) {
            String text = "counter = " + Integer.toUnsignedString(counter);
            CnMsg message = CnMsg.builder(id).seq(counter).text(text).build();
            // Nobody may be listening; then it is lost.
            var _ = connector.netlinkSend(message, 0, 0, GfpMask.ATOMIC);
            memory.kfree(room);
        }
        counter++; // N.B. also without memory: whoever listens sees a gap
        startTimer();
    }

    private void startTimer() {
        timer.mod(kernel.jiffies() + kernel.hz());
    }
}
