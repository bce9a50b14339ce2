package com.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;
import static org.vkernel.netlink.abi.SocketType.SOCK_DGRAM;

import java.time.Duration;
import org.vkernel.connector.user.ConnectorCall;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A process that asks again where an answer was lost. */
public final class PatientScenario implements Scenario {
    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, Hello.class);
        kernel.spawn("client", PatientScenario::ask);
    }

    static void ask(UserProcess process) {
        try (var socket = NetlinkSocket.open(process, SOCK_DGRAM, NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, 0);
            ConnectorClient client =
                    ConnectorClient.builder(process, socket).timeout(Duration.ofMillis(50)).build();
            String answer = client.call(Hello.ID, "penguin".getBytes(UTF_8)).text();
            process.print("client: got " + answer + "; asked again: " + client.resent());

            ConnectorCall gnu = client.start(Hello.ID, "gnu".getBytes(UTF_8));
            ConnectorCall yak = client.start(Hello.ID, "yak".getBytes(UTF_8));
            process.print("client: " + yak.await().text() + ", " + gnu.await().text());
        }
    }
}
