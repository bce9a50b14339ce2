package org.vkernel.testmodules.property.identity;

import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Receivers and callbacks are shown the process and the real user and group of a message's sender
 * as they were when it was sent, or what it said of itself, which it may of its own ids only unless
 * it is privileged.
 */
final class SendersAreKnown extends KernelProperty<Identities.Seen> {
    SendersAreKnown(Workload<?, Identities.Seen> workload) {
        super(30, "who receives a message is shown who sent it", workload);
    }

    @Override
    protected void check(Identities.Seen seen, Complaints complaints) {
        seen.rights.forEach(line -> complaints.add("a send has another result", line));
        for (Identities.Shown shown : seen.shown) {
            Identities.Sent sent =
                    shown.bytes().length < Integer.BYTES
                            ? null
                            : seen.sent.get(LittleEndian.u32(shown.bytes(), 0));
            if (sent == null) {
                complaints.add("a message that nobody may have sent", shown.by());
            } else if (!sent.who().equals(shown.who()) || sent.portid() != shown.portid()) {
                complaints.add(
                        shown.by() + " is shown another sender",
                        "expected " + sent.who() + " at port " + sent.portid() + ", is " + shown);
            } else if (sent.group() != shown.group()) {
                complaints.add(
                        shown.by() + " is shown another group",
                        "expected " + sent.group() + ", is " + shown);
            }
        }
    }
}
