package org.vkernel.testmodules.property.identity;

import java.util.Arrays;
import java.util.Collection;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** What leaves the kernel is what came in: no byte more, no byte less, no other. */
final class BytesAreTheSenders extends KernelProperty<Identities.Seen> {
    BytesAreTheSenders(Workload<?, Identities.Seen> workload) {
        super(31, "receivers and taps are shown the sender's bytes, and no others", workload);
    }

    @Override
    protected void check(Identities.Seen seen, Complaints complaints) {
        for (byte[] tapped : seen.tapped) {
            if (!isSent(seen.sent.values(), tapped)) {
                complaints.add("a tap is shown something else", tapped.length + " bytes");
            }
        }
        for (Identities.Shown shown : seen.shown) {
            if (shown.by().equals("a receiver") && !isSent(seen.sent.values(), shown.bytes())) {
                complaints.add(
                        "a receiver is shown something else", shown.bytes().length + " bytes");
            }
        }
    }

    private static boolean isSent(Collection<Identities.Sent> sent, byte[] bytes) {
        return sent.stream().anyMatch(message -> Arrays.equals(message.bytes(), bytes));
    }
}
