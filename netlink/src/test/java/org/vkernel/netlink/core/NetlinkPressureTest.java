package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** What becomes of messages when the memory runs out, and nobody injects any failure. */
class NetlinkPressureTest {
    private static final GfpMask ANY = GfpMask.of(GfpMask.Flag.MEMALLOC | GfpMask.Flag.NOWARN);

    private static NetlinkFixture boot() {
        return NetlinkFixture.boot(KernelConfig.simulated(1).memory(2 << 20));
    }

    /** Takes pages until so many are free; returns them. Context: in the kernel. */
    private static List<Integer> leaveFree(Memory mm, Task running, int pages) {
        List<Integer> held = new ArrayList<>();
        while (mm.freePages() > pages) {
            held.add(mm.allocPages(running, 0, ANY));
        }
        return held;
    }

    @Test
    void broadcast_thatNeedsALargeBlock_isEnobufs_andNobodyIsKilled() {
        try (NetlinkFixture net = boot();
                NetlinkSocket member = net.member(9, 1);
                NetlinkSocket sender = net.open()) {
            Memory mm = net.kernel.mm();
            byte[] message = new byte[40_000]; // needs 64 KiB in one piece
            NetlinkAddress group = new NetlinkAddress(0, 1);
            UserProcess idle = net.kernel.spawn("idle", p -> p.sleep(Duration.ofDays(1)));
            net.kernel.runFor(Duration.ofMillis(1));
            List<Integer> held =
                    net.kernel.call(() ->
                            leaveFree(mm, net.kernel.sched().current(), mm.watermarks().min() + 8));
            assertEquals(
                    -Errno.ENOBUFS,
                    sender.trySend(message, 0, message.length, MsgFlag.MSG_DONTWAIT, group));
            net.kernel.run(() -> held.forEach(mm::kfree));
            // The broadcast's result is not told, and the kernel's socket takes no input.
            assertEquals(
                    -Errno.ECONNREFUSED,
                    sender.trySend(message, 0, message.length, MsgFlag.MSG_DONTWAIT, group));
            assertEquals(message[0], NetlinkFixture.next(member));
            assertFalse(idle.isDead());
        }
    }

    /** A clone for the second member needs memory that is not there: it hears of the loss. */
    @Test
    void broadcastInAHurry_noMemoryForClones_isLostToAllButOne() {
        try (NetlinkFixture net = boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1)) {
            Memory mm = net.kernel.mm();
            SkBuff message = net.kernel.call(() -> net.message(10, 7));
            List<SkBuff> heads = new ArrayList<>();
            int result =
                    net.kernel.call(() -> {
                        List<Integer> held = leaveFree(mm, net.kernel.sched().current(), 0);
                        // What the caches still have is used up first.
                        for (SkBuff clone = message.clone(GfpMask.NOWAIT);
                                clone != null;
                                clone = message.clone(GfpMask.NOWAIT)) {
                            heads.add(clone);
                        }
                        SkBuff sent = heads.removeLast();
                        int sendResult =
                                net.netlink.broadcast(net.kernelSocket, sent, 0, 1, GfpMask.ATOMIC);
                        held.forEach(mm::kfree);
                        return sendResult;
                    });
            assertEquals(0, result);
            assertEquals(7, NetlinkFixture.next(two));
            assertEquals(-Errno.ENOBUFS, NetlinkFixture.next(one));
            net.kernel.run(() -> {
                heads.forEach(SkBuff::consume);
                message.consume();
            });
            assertTrue(
                    net.kernel.printk().dmesg().stream()
                            .anyMatch(line -> line.contains("page allocation failure: order:0")));
        }
    }

    /**
     * What who frees memory sends is taken from its reserves once nothing else is left; that passes
     * no socket, and no receiver hears of it: the sender of a unicast is not told, either.
     */
    @Test
    void messageFromReserves_isDroppedByEachSocket() {
        try (NetlinkFixture net = boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1)) {
            Memory mm = net.kernel.mm();
            List<SkBuff> ordinary = new ArrayList<>();
            int[] results =
                    net.kernel.call(() -> {
                        Task running = net.kernel.sched().current();
                        List<Integer> held = leaveFree(mm, running, mm.watermarks().min() / 4);
                        running.setFlags(Task.PF_MEMALLOC);
                        SkBuff unicast = fromReserves(net, ordinary);
                        SkBuff clone = requireNonNull(unicast.clone(GfpMask.NOWAIT));
                        assertTrue(clone.isPfmemalloc());
                        clone.consume();
                        SkBuff broadcast = fromReserves(net, ordinary);
                        running.clearFlags(Task.PF_MEMALLOC);
                        int[] both = {
                            net.netlink.unicast(net.kernelSocket, unicast, 1, true),
                            net.netlink.broadcast(net.kernelSocket, broadcast, 0, 1, GfpMask.ATOMIC)
                        };
                        held.forEach(mm::kfree);
                        ordinary.forEach(SkBuff::consume);
                        return both;
                    });
            assertEquals(10, results[0]);
            assertEquals(-Errno.ESRCH, results[1]);
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(one));
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(two));
            assertEquals(3, net.netlink.counts().dropped());
        }
    }

    /** A message for which no memory was left but the reserves; others are put aside. */
    private static SkBuff fromReserves(NetlinkFixture net, List<SkBuff> ordinary) {
        for (; ; ) {
            SkBuff skb = requireNonNull(net.kernel.skbs().alloc(10, GfpMask.NOWAIT));
            if (skb.isPfmemalloc()) {
                skb.putData(new byte[10], 0, 10);
                return skb;
            }
            ordinary.add(skb);
        }
    }

    /** The sender is the hog itself: its own send calls the killer, and never returns. */
    @Test
    void senderThatHoldsTheMemory_isKilledInItsSend() {
        try (NetlinkFixture net = boot();
                NetlinkSocket receiver = net.open()) {
            receiver.bind(9, 0);
            Memory mm = net.kernel.mm();
            int[] sent = {0};
            UserProcess hog =
                    net.kernel.spawn(
                            "hog",
                            process -> {
                                try (NetlinkSocket socket = net.open(process)) {
                                    process.touchPages(mm.freePages() - mm.watermarks().min() - 4);
                                    NetlinkAddress to = new NetlinkAddress(9, 0);
                                    byte[] message = new byte[3000];
                                    while (sent[0] < 50) {
                                        socket.trySend(
                                                message,
                                                0,
                                                message.length,
                                                MsgFlag.MSG_DONTWAIT,
                                                to);
                                        sent[0]++;
                                    }
                                }
                            });
            net.kernel.join(hog);
            assertEquals(UserProcess.SIGKILL, hog.exitCode());
            assertTrue(sent[0] < 50);
            assertEquals(0, NetlinkFixture.next(receiver));
        }
    }
}
