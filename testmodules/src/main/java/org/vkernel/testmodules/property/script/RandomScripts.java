package org.vkernel.testmodules.property.script;

import net.jqwik.api.Arbitrary;
import org.vkernel.netlink.script.NetlinkScript;

/** Netlink scripts as jqwik arbitraries: an operation can be left out, and shrinks by itself. */
public final class RandomScripts {
    public static final String USERSOCK = "NETLINK_USERSOCK";
    public static final String CONNECTOR = "NETLINK_CONNECTOR";

    private static final String TITLE = "random script";

    private RandomScripts() {}

    /**
     * Scripts of a process of user 0, with nobody's answers.
     *
     * @param protocol {@link #USERSOCK} or {@link #CONNECTOR}
     * @param most operations, the opening of sockets not counted
     */
    public static Arbitrary<NetlinkScript> on(String protocol, int most) {
        return ScriptArbitraries.operations(protocol)
                .list()
                .ofMaxSize(most)
                .map(operations -> new ScriptPlan(0, protocol, operations).toScript(TITLE));
    }
}
