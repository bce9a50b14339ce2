package org.vkernel.testmodules.property.naming;

import java.util.List;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.testmodules.property.suite.CallFailures;

/** What the processes of a run of {@link Naming} see of the owner of their protocol. */
interface KernelSide {
    ProtocolModel owned();

    ProtocolModel connector();

    ProtocolModel usersock();

    CallFailures failures();

    /** What the owner was asked and told by calls of a process, since the last time. */
    List<String> takeTold(UserProcess process);

    /** Sends to a group but for a port id, or to that if there is no group. */
    int send(int portid, int group, byte[] bytes);

    /** Whether anybody is said to be in a group. */
    boolean hasListeners(int group);

    /** Makes room for so many groups; false if there are as many. */
    boolean grow(int groups);
}
