package org.vkernel.testmodules.wrong;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.check.locks.LockChecker;
import org.vkernel.emulator.check.races.RaceChecker;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** The table of wrong modules. */
public final class WrongModules {
    private static final String ATOMIC = "sleeping function called from invalid context";
    private static final String LEFT = "leak at module unload";

    private static final ImmutableList<WrongModule> ALL =
            ImmutableList.of(
                    // What is left at a module's unload.
                    WrongModule.of(LEFT, LeftTimer.class, LeftTimerRepaired.class),
                    WrongModule.of(LEFT, LeftHrTimer.class, LeftHrTimerRepaired.class),
                    WrongModule.of(LEFT, LeftTasklet.class, LeftTaskletRepaired.class),
                    WrongModule.of(LEFT, LeftWork.class, LeftWorkRepaired.class),
                    WrongModule.of(LEFT, LeftThread.class, LeftThreadRepaired.class),
                    WrongModule.of(LEFT, LeftProcEntry.class, LeftProcEntryRepaired.class),
                    WrongModule.of(LEFT, LeftCallback.class, LeftCallbackRepaired.class),
                    WrongModule.of(LEFT, LeftSocket.class, LeftSocketRepaired.class),
                    WrongModule.of(LEFT, LeftRcuCallback.class, LeftRcuCallbackRepaired.class)
                            .inSomeSchedules(),
                    WrongModule.of(LEFT, RunsUnloaded.class, RunsUnloadedRepaired.class),
                    WrongModule.of(LEFT, LeftBuffer.class, LeftBufferRepaired.class),
                    WrongModule.of(LEFT, LeftMemory.class, LeftMemoryRepaired.class),
                    WrongModule.of(LEFT, LeftWaiter.class, LeftWaiterRepaired.class),
                    // Contexts, locks, races, loops.
                    WrongModule.of(
                            "scheduling while atomic",
                            SleepsUnderLock.class,
                            SleepsUnderLockRepaired.class),
                    WrongModule.of(
                            LockChecker.ORDER, LocksBothWays.class, LocksBothWaysRepaired.class),
                    WrongModule.of(
                            LockChecker.CONTEXT,
                            LocksWithoutBh.class,
                            LocksWithoutBhRepaired.class),
                    WrongModule.of(ATOMIC, SleepsInTimer.class, SleepsInTimerRepaired.class),
                    WrongModule.of(
                            ATOMIC, AllocatesUnderLock.class, AllocatesUnderLockRepaired.class),
                    WrongModule.of(
                            "scheduling while atomic",
                            SleepsInReadSection.class,
                            SleepsInReadSectionRepaired.class),
                    WrongModule.of(
                            LockChecker.RECURSION,
                            NestsOneClass.class,
                            NestsOneClassRepaired.class),
                    WrongModule.of(
                            LockChecker.ORDER, NestsWrongly.class, NestsWronglyRepaired.class),
                    WrongModule.of(
                            LockChecker.RECURSION, ReadsTwice.class, ReadsTwiceRepaired.class),
                    WrongModule.of(
                            LockChecker.CONTEXT,
                            WritesUnderBhReader.class,
                            WritesUnderBhReaderRepaired.class),
                    WrongModule.of(
                            LockChecker.SOFTIRQ_ORDER,
                            OrdersUnderBh.class,
                            OrdersUnderBhRepaired.class),
                    WrongModule.of(
                            LockChecker.HARDIRQ_ORDER,
                            OrdersUnderIrq.class,
                            OrdersUnderIrqRepaired.class),
                    WrongModule.of(LockChecker.LEFT, LeavesLocked.class, LeavesLockedRepaired.class)
                            .beside(process -> read(process, LeavesLocked.PATH))
                            .seenLater(),
                    WrongModule.of(
                                    LockChecker.READ_SECTION_LEFT,
                                    LeavesReadSection.class,
                                    LeavesReadSectionRepaired.class)
                            .beside(process -> read(process, LeavesReadSection.PATH))
                            .seenLater(),
                    WrongModule.of(
                                    LockChecker.LEFT_BY_INTERRUPT,
                                    LeavesLockedInIrq.class,
                                    LeavesLockedInIrqRepaired.class)
                            .seenLater(),
                    WrongModule.of(
                                    "timer leaked preempt_count",
                                    LeavesLockedInTimer.class,
                                    LeavesLockedInTimerRepaired.class)
                            .seenLater(),
                    WrongModule.of(
                            "unlock of a lock that is not held",
                            UnlocksTwice.class,
                            UnlocksTwiceRepaired.class),
                    WrongModule.of(
                            "spinlock recursion", LocksTwice.class, LocksTwiceRepaired.class),
                    WrongModule.of(
                            RaceChecker.RULE, CountsUnlocked.class, CountsUnlockedRepaired.class),
                    WrongModule.of("soft lockup", LoopsForEver.class, LoopsForEverRepaired.class),
                    WrongModule.of(
                            "deadlock: every task waits, and no timer is pending",
                            FlushesUnderLock.class,
                            FlushesUnderLockRepaired.class),
                    WrongModule.of(
                                    "hung_task: blocked task",
                                    WaitsForEver.class,
                                    WaitsForEverRepaired.class)
                            .within(Duration.ofSeconds(150)),
                    WrongModule.of(
                                    "rcu_preempt detected stalls",
                                    ReadsTooLong.class,
                                    ReadsTooLongRepaired.class)
                            .within(Duration.ofSeconds(40)),
                    WrongModule.of(ATOMIC, SleepsInIrq.class, SleepsInIrqRepaired.class),
                    WrongModule.of(
                            ATOMIC, SleepsUnpreempted.class, SleepsUnpreemptedRepaired.class),
                    WrongModule.of(
                            "mutex recursion",
                            LocksMutexTwice.class,
                            LocksMutexTwiceRepaired.class),
                    // Memory.
                    WrongModule.of(
                                    "use after free of an sk_buff",
                                    KeepsMessage.class,
                                    KeepsMessageRepaired.class)
                            .beside(WrongModules::send),
                    WrongModule.of(
                            "use after free of an sk_buff",
                            UsesFreed.class,
                            UsesFreedRepaired.class),
                    WrongModule.of(
                            "double free of an sk_buff",
                            FreesTwice.class,
                            FreesTwiceRepaired.class),
                    WrongModule.of(
                                    "uninitialised bytes copied out",
                                    LeaksBytes.class,
                                    LeaksBytesRepaired.class)
                            .beside(WrongModules::listen),
                    WrongModule.of("use after free", ReadsFreed.class, ReadsFreedRepaired.class),
                    WrongModule.of(
                            "use after free",
                            UsesFreedSession.class,
                            UsesFreedSessionRepaired.class),
                    WrongModule.of("double free", FreesAgain.class, FreesAgainRepaired.class),
                    WrongModule.of(
                            "out-of-bounds write", WritesBeyond.class, WritesBeyondRepaired.class),
                    WrongModule.of(
                            "uninitialised bytes copied out",
                            LeaksHole.class,
                            LeaksHoleRepaired.class),
                    WrongModule.of("skb_over_panic", PutsTooMuch.class, PutsTooMuchRepaired.class),
                    WrongModule.of(
                            "out-of-bounds read", ReadsBeyond.class, ReadsBeyondRepaired.class),
                    WrongModule.of(
                            "free of what was not allocated",
                            FreesForeign.class,
                            FreesForeignRepaired.class),
                    // Counts of references.
                    WrongModule.of(
                            "refcount_t: underflow; use-after-free",
                            PutsTwice.class,
                            PutsTwiceRepaired.class),
                    WrongModule.of(
                            "refcount_t: addition on 0; use-after-free",
                            TakesFromZero.class,
                            TakesFromZeroRepaired.class),
                    WrongModule.of(
                            "refcount_t: saturated; leaking memory",
                            CountsTooFar.class,
                            CountsTooFarRepaired.class),
                    WrongModule.of(
                            "module cannot be unloaded at shutdown",
                            PinsItself.class,
                            PinsItselfRepaired.class));

    private WrongModules() {}

    /** Sends a message to the connector's callback. */
    private static void send(UserProcess process) {
        byte[] bytes = CnMsg.builder(KeepsMessage.ID).seq(1).build().toNlMsg(0).toByteArray();
        try (var socket = open(process)) {
            socket.sendTo(bytes, NetlinkAddress.KERNEL);
        }
    }

    /** Reads a file below /proc. */
    private static void read(UserProcess process, String path) {
        process.print(process.kernel().readProc(path));
    }

    /** Waits for a message to the group. */
    private static void listen(UserProcess process) {
        try (var socket = open(process)) {
            socket.bind(0, 1 << (LeaksBytes.GROUP - 1));
            process.print(socket.receive(256).length + " bytes");
        }
    }

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(
                process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    /** All of them, by the checker that finds them. */
    public static ImmutableList<WrongModule> all() {
        return ALL;
    }
}
