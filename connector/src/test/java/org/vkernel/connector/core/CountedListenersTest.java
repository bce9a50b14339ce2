package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.process.UserProcess;

/** Process events of 6.1: one count for all, payload of 4 bytes, root alone. */
class CountedListenersTest {
    private static ConnectorFixture boot() {
        return ConnectorFixture.boot(KernelConfig.simulated(1).profile(Profile.V6_1).cpus(1));
    }

    @Test
    void events_areToldToAllMembers() {
        try (ConnectorFixture fixture = boot();
                ProcListener member = ProcListener.member(fixture.kernel.init());
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.join(fixture.kernel.spawn("p", self -> self.exit(1)));
            List<String> story = List.of("fork 1/1 2/2", "exec 2/2", "exit 2/2 0x100 17 1/1");
            assertEquals(story, listener.lines());
            assertEquals(story, member.lines().subList(1, 4));
        }
    }

    @Test
    void filter_isNoRequest() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            listener.ask(ProcInput.listen(ProcEventType.PROC_EVENT_FORK));
            assertEquals(List.of(), listener.events());
        }
    }

    /** CP-08. */
    @Test
    void count_isOfRequests_andGoesBelowZero() {
        try (ConnectorFixture fixture = boot();
                ProcListener one = ProcListener.member(fixture.kernel.init());
                ProcListener other = ProcListener.member(fixture.kernel.init())) {
            one.ask(ProcInput.listen());
            one.ask(ProcInput.listen());
            other.ask(ProcInput.ignore());
            assertEquals(List.of("ack 0", "ack 0", "ack 0"), one.lines(), "still one");
            other.ask(ProcInput.ignore());
            other.ask(ProcInput.ignore());
            one.ask(ProcInput.listen());
            fixture.kernel.init().setName("init");
            assertEquals(List.of(), one.events(), "it was -1");
            one.ask(ProcInput.listen());
            assertEquals(List.of("ack 0"), one.lines());
        }
    }

    /** CP-09. */
    @Test
    void close_ofAListener_leavesItCounted() {
        try (ConnectorFixture fixture = boot();
                ProcListener member = ProcListener.member(fixture.kernel.init())) {
            ProcListener.listening(fixture.kernel.init()).close();
            member.events();
            fixture.kernel.init().setName("init");
            assertEquals(List.of("comm 1/1 init"), member.lines());
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    /** CP-03, mended since: others are refused, which the group is told. */
    @Test
    void othersThanRoot_areRefused() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            UserProcess nobody =
                    fixture.kernel.spawn(
                            "nobody",
                            65534,
                            self -> {
                                try (ProcListener own = ProcListener.open(self)) {
                                    own.ask(0, 3, ProcInput.ignore().toByteArray());
                                }
                            });
            fixture.kernel.join(nobody);
            List<CnMsg> messages = listener.messages();
            assertEquals(4, messages.size(), "fork, exec, the answer, exit");
            assertEquals(4, messages.get(2).ack());
            assertEquals("ack " + Errno.EPERM, ProcListener.line(ProcEvent.parse(messages.get(2))));
        }
    }

    /** CP-06, CP-07. */
    @Test
    void ack_isNumberedAsAnEvent_andNotMadeForTheLast() {
        try (ConnectorFixture fixture = boot();
                ProcListener listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(77, 5, ProcInput.listen().toByteArray());
            listener.ask(78, 6, (byte) 3, (byte) 0, (byte) 0, (byte) 0);
            listener.ask(79, 7, ProcInput.ignore().toByteArray());
            listener.ask(80, 8, ProcInput.ignore().toByteArray());
            List<CnMsg> messages = listener.messages();
            assertEquals(List.of(0, 1), messages.stream().map(CnMsg::seq).toList());
            assertEquals(List.of(6, 7), messages.stream().map(CnMsg::ack).toList());
        }
    }
}
