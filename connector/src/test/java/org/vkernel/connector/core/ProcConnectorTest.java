package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.connector.abi.ProcEventType.PROC_EVENT_COMM;
import static org.vkernel.connector.abi.ProcEventType.PROC_EVENT_EXIT;
import static org.vkernel.connector.abi.ProcEventType.PROC_EVENT_FORK;
import static org.vkernel.connector.abi.ProcEventType.PROC_EVENT_NONZERO_EXIT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.NlMsg;

/** Process events of 6.18: the messages, who gets them, and what requests do to the count. */
class ProcConnectorTest {
    private static final byte[] UNDEFINED = {99, 0, 0, 0};

    private static ConnectorFixture boot() {
        return ConnectorFixture.boot(KernelConfig.simulated(1).cpus(1));
    }

    /** What a listener that is there from the first is told of a process with pid 2. */
    private static List<String> told(ProcessBody life) {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.join(fixture.kernel.spawn("p", life));
            return listener.lines();
        }
    }

    private static void rename(VirtualKernel kernel) {
        kernel.init().setName("init");
    }

    // ---- The messages --------------------------------------------------------------------------

    @Test
    void story_isToldEventByEvent() {
        List<String> told =
                told(process -> {
                    UserProcess child =
                            process.fork(self -> {
                                self.exec("/usr/bin/daemon");
                                self.setsid();
                                self.setgid(5);
                                self.setuid(1000);
                                self.setName("worker");
                                self.crash(UserProcess.SIGSEGV);
                            });
                    process.ptraceAttach(child.tgid());
                    process.ptraceDetach(child.tgid());
                    process.sleep(Duration.ofMillis(1));
                    process.waitFor(child.tgid());
                    process.exit(3);
                });
        assertEquals(List.of("fork 1/1 2/2", "exec 2/2", "fork 2/2 3/3"), told.subList(0, 3));
        assertEquals(
                List.of(
                        "exec 3/3",
                        "sid 3/3",
                        "gid 3/3 5 5",
                        "uid 3/3 1000 1000",
                        "comm 3/3 worker",
                        "coredump 3/3 2/2",
                        "exit 3/3 0x8b 17 2/2"),
                told.stream()
                        .filter(line -> line.contains(" 3/3"))
                        .filter(line -> !line.startsWith("fork") && !line.startsWith("ptrace"))
                        .toList());
        assertEquals(
                List.of("ptrace 3/3 2/2", "ptrace 3/3 0/0"),
                told.stream().filter(line -> line.startsWith("ptrace")).toList());
        assertEquals("exit 2/2 0x300 17 1/1", told.getLast());
    }

    @Test
    void thread_isForkedByTheProcessesParent_andExitsWithoutOne() {
        assertEquals(
                List.of(
                        "fork 1/1 2/2",
                        "exec 2/2",
                        "fork 1/1 3/2",
                        "exit 3/2 0x0 -1 0/0",
                        "exit 2/2 0x0 17 1/1"),
                told(process -> process.startThread(self -> {}).join()));
    }

    @Test
    void message_isOneNetlinkMessageOf76Bytes_chargedAsTheSmallest() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            rename(fixture.kernel);
            byte[] bytes = listener.socket.receive(4096, 0);
            assertEquals(76, bytes.length);
            NlMsg message = NlMsg.parse(bytes);
            assertEquals(NlmsgType.NLMSG_DONE, message.type());
            assertEquals(0, message.flags());
            assertEquals(0, message.pid());
            CnMsg inner = CnMsg.parse(message);
            assertEquals(message.seq(), inner.seq());
            assertEquals(ProcListener.ID, inner.id());
            assertEquals(0, inner.ack());
            assertEquals(0, inner.flags());
        }
    }

    /** CP-01: what an event does not use was once stack of the kernel. */
    @Test
    void unusedBytes_areZero() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            UserProcess process = fixture.kernel.spawn("p", UserProcess::setsid);
            fixture.kernel.join(process);
            CnMsg sid =
                    listener.messages().stream()
                            .filter(message -> ProcEvent.parse(message) instanceof ProcEvent.Sid)
                            .findFirst()
                            .orElseThrow();
            byte[] data = sid.data().toByteArray();
            assertEquals(ProcEventLayout.SIZE, data.length);
            assertArrayEquals(new byte[16], Arrays.copyOfRange(data, 24, 40));
        }
    }

    @Test
    void stamp_isTheClockAndTheCpu() {
        try (ConnectorFixture fixture = ConnectorFixture.boot(KernelConfig.simulated(1).cpus(3));
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.runFor(Duration.ofMillis(7));
            long before = fixture.kernel.call(() -> fixture.kernel.clock().ns());
            rename(fixture.kernel);
            ProcEvent event = listener.events().getFirst();
            assertTrue(event.stamp().timestampNs() >= before, event::toString);
            assertTrue(event.stamp().cpu() >= 0 && event.stamp().cpu() < 3, event::toString);
        }
    }

    @Test
    void commEvent_evenOfTheSameName_cutTo15Bytes() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.init().setName("sixteen-bytes-xy");
            fixture.kernel.init().setName("sixteen-bytes-xy");
            assertEquals(
                    List.of("comm 1/1 sixteen-bytes-x", "comm 1/1 sixteen-bytes-x"),
                    listener.lines());
        }
    }

    // ---- Acknowledgements ----------------------------------------------------------------------

    /** CP-06: the acknowledgement has the CPU's number, not the request's. */
    @Test
    void ack_countsAsAnEvent_andAddsOneToTheRequestsAck() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(0x1234, -1, ProcInput.listen().toByteArray());
            listener.ask(0x1234, 7, UNDEFINED);
            rename(fixture.kernel);
            List<CnMsg> messages = listener.messages();
            assertEquals(List.of(0, 1, 2), messages.stream().map(CnMsg::seq).toList());
            assertEquals(List.of(0, 8, 0), messages.stream().map(CnMsg::ack).toList());
            assertEquals(
                    List.of("ack 0", "ack " + Errno.EINVAL, "comm 1/1 init"),
                    messages.stream()
                            .map(message -> ProcListener.line(ProcEvent.parse(message)))
                            .toList());
        }
    }

    @Test
    void ack_goesToTheGroup_notToTheOneWhoAsks() {
        try (ConnectorFixture fixture = boot();
                ProcListener observer = ProcListener.member(fixture.kernel.init());
                ProcListener asker = ProcListener.member(fixture.kernel.init());
                ProcListener stranger = ProcListener.open(fixture.kernel.init())) {
            asker.ask(ProcInput.listen());
            stranger.ask(ProcInput.listen());
            assertEquals(List.of("ack 0", "ack 0"), observer.lines());
            assertEquals(List.of("ack 0", "ack 0"), asker.lines());
            assertFalse(stranger.socket.isReadable());
            stranger.socket.joinGroup(1); // else what it asked for would stay in memory
        }
    }

    /** CP-07. */
    @Test
    void ack_whileNobodyListens_isNotMade() {
        try (ConnectorFixture fixture = boot();
                ProcListener observer = ProcListener.member(fixture.kernel.init());
                ProcListener asker = ProcListener.member(fixture.kernel.init())) {
            asker.ask(ProcInput.ignore());
            asker.ask(0, 0, UNDEFINED);
            assertEquals(List.of(), observer.events());
            asker.ask(ProcInput.listen());
            asker.ask(ProcInput.ignore());
            assertEquals(List.of("ack 0"), observer.lines(), "the last IGNORE has none");
        }
    }

    @Test
    void requestOfAnotherLength_isIgnored() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            for (int length = 0; length <= 12; length++) {
                if (length != 4 && length != 8) {
                    listener.ask(0, 0, new byte[length]);
                }
            }
            assertEquals(List.of(), listener.events());
        }
    }

    // ---- Filters -------------------------------------------------------------------------------

    private static List<String> toldOf(int filter) {
        try (ConnectorFixture fixture = boot();
                ProcListener observer = ProcListener.listening(fixture.kernel.init());
                ProcListener listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(ProcInput.listen(filter));
            VirtualKernel kernel = fixture.kernel;
            kernel.join(kernel.spawn("p", process -> process.setName("q")));
            kernel.join(kernel.spawn("p", process -> process.exit(3)));
            kernel.join(kernel.spawn("p", process -> process.crash(UserProcess.SIGABRT)));
            assertFalse(observer.events().isEmpty());
            return listener.lines();
        }
    }

    @Test
    void filter_letsTheNamedKindsPass_butNoAck() {
        assertEquals(
                List.of("fork 1/1 2/2", "fork 1/1 3/3", "fork 1/1 4/4"), toldOf(PROC_EVENT_FORK));
        assertEquals(List.of("comm 2/2 q"), toldOf(PROC_EVENT_COMM));
    }

    @Test
    void nonzeroExit_letsFailuresPass() {
        assertEquals(
                List.of("exit 3/3 0x300 17 1/1", "exit 4/4 0x86 17 1/1"),
                toldOf(PROC_EVENT_NONZERO_EXIT));
    }

    @Test
    void nonzeroExitBesideExit_letsAllExitsPass() {
        assertEquals(
                List.of("exit 2/2 0x0 17 1/1", "exit 3/3 0x300 17 1/1", "exit 4/4 0x86 17 1/1"),
                toldOf(PROC_EVENT_NONZERO_EXIT | PROC_EVENT_EXIT));
    }

    @Test
    void filterOfNothingKnown_isAll() {
        int all = toldOf(0).size();
        assertEquals(12, all);
        assertEquals(all, toldOf(-1).size());
        assertEquals(all, toldOf(0x8).size());
        assertEquals(all, toldOf(0x10000).size());
    }

    /** CP-11: a member that never asked for anything once was a null pointer. */
    @Test
    void memberThatNeverAsked_isToldAll_whileAnotherListens() {
        try (ConnectorFixture fixture = boot();
                ProcListener member = ProcListener.member(fixture.kernel.init());
                ProcListener listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(ProcInput.listen(PROC_EVENT_FORK));
            rename(fixture.kernel);
            assertEquals(List.of("ack 0", "comm 1/1 init"), member.lines());
            assertEquals(List.of(), listener.lines());
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    @Test
    void memberThatIgnores_isToldNothing_untilItListens() {
        try (ConnectorFixture fixture = boot();
                ProcListener other = ProcListener.listening(fixture.kernel.init());
                ProcListener member = ProcListener.listening(fixture.kernel.init())) {
            member.ask(ProcInput.ignore());
            rename(fixture.kernel);
            assertEquals(List.of(), member.events());
            assertEquals(List.of("ack 0", "ack 0", "comm 1/1 init"), other.lines());
            member.ask(ProcInput.listen());
            assertEquals(List.of("ack 0"), member.lines());
        }
    }

    // ---- The count -----------------------------------------------------------------------------

    /** CP-08, as far as it was mended: who asks twice counts once, strangers count nothing. */
    @Test
    void count_isPerSocket() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init());
                ProcListener stranger = ProcListener.member(fixture.kernel.init())) {
            stranger.ask(ProcInput.ignore());
            stranger.ask(ProcInput.ignore());
            listener.ask(ProcInput.listen());
            rename(fixture.kernel);
            assertEquals("comm 1/1 init", listener.lines().getLast());
            listener.ask(ProcInput.ignore());
            rename(fixture.kernel);
            assertEquals(List.of(), stranger.events());
            assertEquals(List.of(), listener.events());
        }
    }

    /** What is left of CP-08: an operation that means nothing is remembered. */
    @Test
    void undefinedOperationAndIgnore_takesOffAnothersCount() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init());
                ProcListener other = ProcListener.member(fixture.kernel.init())) {
            other.ask(0, 0, UNDEFINED);
            other.ask(ProcInput.ignore());
            listener.events();
            rename(fixture.kernel);
            assertEquals(List.of(), listener.events(), "it listens, but the count is 0");
            other.ask(0, 0, UNDEFINED);
            other.ask(ProcInput.ignore());
            other.ask(ProcInput.listen());
            assertEquals(List.of(), listener.events(), "the count was below 0");
        }
    }

    /** CP-09. */
    @Test
    void close_ofAListener_leavesItCounted() {
        try (ConnectorFixture fixture = boot();
                ProcListener member = ProcListener.member(fixture.kernel.init())) {
            ProcListener.listening(fixture.kernel.init()).close();
            member.events();
            rename(fixture.kernel);
            assertEquals(List.of("comm 1/1 init"), member.lines());
        }
    }

    @Test
    void close_ofAListenerThatIsNoMember_leavesItsMemory_asAKnownReport() {
        try (ConnectorFixture fixture = boot()) {
            ProcListener listener = ProcListener.open(fixture.kernel.init());
            listener.ask(ProcInput.listen());
            listener.close();
            assertEquals(1, fixture.kernel.reports().size());
            assertTrue(fixture.kernel.reports().getFirst().known());
            assertEquals(
                    FilteredListeners.OUTLIVES_SOCKET, fixture.kernel.reports().getFirst().rule());
        }
    }

    // ---- Who may -------------------------------------------------------------------------------

    @Test
    void anybodyMayListen() {
        List<String> told = new ArrayList<>();
        try (ConnectorFixture fixture = boot()) {
            UserProcess nobody =
                    fixture.kernel.spawn(
                            "nobody",
                            65534,
                            self -> {
                                try (ProcListener listener = ProcListener.listening(self)) {
                                    self.setName("n");
                                    told.addAll(listener.lines());
                                }
                            });
            fixture.kernel.join(nobody);
        }
        assertEquals(List.of("comm 2/2 n"), told);
    }

    /** CP-12: the bit of group 1 is looked for in the group's number. */
    @Test
    void anybodyMayJoinTheOddGroups_whateverTheyAreFor() {
        try (ConnectorFixture fixture = boot()) {
            UserProcess nobody =
                    fixture.kernel.spawn(
                            "nobody",
                            65534,
                            self -> {
                                try (ProcListener own = ProcListener.open(self)) {
                                    own.socket.joinGroup(1);
                                    own.socket.joinGroup(3);
                                    ErrnoException refused =
                                            assertThrows(
                                                    ErrnoException.class,
                                                    () -> own.socket.joinGroup(2));
                                    assertEquals(Errno.EPERM, refused.errno());
                                }
                            });
            fixture.kernel.join(nobody);
        }
    }

    @Test
    void profile2614_hasNone() {
        try (ConnectorFixture fixture = ConnectorFixture.boot(Profile.V2_6_14);
                ProcListener listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(ProcInput.listen());
            rename(fixture.kernel);
            fixture.kernel.runFor(Duration.ofMillis(10));
            assertEquals(List.of(), listener.events());
        }
    }

    // ---- Loss ----------------------------------------------------------------------------------

    @Test
    void fullListener_losesEvents_andMissesTheirNumbers() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            listener.socket.setsockopt(1, 8, 0); // SO_RCVBUF: room for two
            for (int i = 0; i < 5; i++) {
                rename(fixture.kernel);
            }
            byte[] buffer = new byte[128];
            assertEquals(-Errno.ENOBUFS, listener.socket.tryReceive(buffer, 0, 128, 0));
            assertEquals(2, listener.messages().size());
            rename(fixture.kernel);
            assertEquals(6, listener.messages().getFirst().seq());
        }
    }

    /** CP-05: an event is made with preemption off, and so must not wait for memory. */
    @Test
    void memory_isNotWaitedFor() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            List<GfpMask> asked = new ArrayList<>();
            fixture.kernel
                    .mm()
                    .setFaults(
                            SlabFaults.when((cache, bytes, gfp) -> {
                                asked.add(gfp);
                                return false;
                            }));
            rename(fixture.kernel);
            fixture.kernel.mm().setFaults(null);
            assertFalse(asked.isEmpty());
            assertTrue(asked.stream().noneMatch(GfpMask::allowBlocking), asked::toString);
            assertEquals(1, listener.events().size());
        }
    }

    @Test
    void noMemory_losesAnEvent_butNotItsNumber() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            boolean[] fails = {true};
            fixture.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> fails[0]));
            rename(fixture.kernel);
            fails[0] = false;
            rename(fixture.kernel);
            assertEquals(List.of(2), listener.messages().stream().map(CnMsg::seq).toList());
            fixture.kernel.mm().setFaults(null);
        }
    }

    @Test
    void callbackTakenOffByAnother_eventsGoOn_requestsDoNot() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.del(ProcListener.ID);
            listener.ask(ProcInput.ignore());
            rename(fixture.kernel);
            assertEquals(List.of("comm 1/1 init"), listener.lines());
            assertNotNull(fixture.procConnector());
        }
    }
}
