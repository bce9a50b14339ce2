package org.vkernel.netlink.core;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variant.Category;
import org.vkernel.emulator.variant.VariantProvider;
import org.vkernel.netlink.core.SocketPolicies.AskedGroup;
import org.vkernel.netlink.core.SocketPolicies.ConnectAddress;
import org.vkernel.netlink.core.SocketPolicies.FailedInsert;
import org.vkernel.netlink.core.SocketPolicies.HookCalls;
import org.vkernel.netlink.core.SocketPolicies.KnownGroup;
import org.vkernel.netlink.core.SocketPolicies.MembershipBytes;
import org.vkernel.netlink.core.SocketPolicies.ProtocolPin;
import org.vkernel.netlink.core.SocketPolicies.ReleaseNotice;
import org.vkernel.netlink.core.SocketPolicies.ReleasedListeners;
import org.vkernel.netlink.core.SocketPolicies.ReplacedListeners;
import org.vkernel.netlink.core.SocketPolicies.RequestRight;
import org.vkernel.netlink.core.SocketPolicies.Rover;

/**
 * The historical bugs of opening, binding, joining and closing that a kernel can be booted with.
 * Found by {@link java.util.ServiceLoader}.
 */
public final class SocketVariants implements VariantProvider {
    private static final Variant NO_PIN =
            Variant.historicalBug("NL-04", "a socket is opened without its protocol's module")
                    .category(Category.RACE)
                    .wrong(
                            "netlink_create() goes on where nobody has the protocol, or its module"
                                    + " goes")
                    .order("a process opens a socket | rmmod | the process sends")
                    .consequence(
                            "sockets of protocols that nobody has; and the module goes while its"
                                    + " protocol is in use")
                    .replace(
                            ProtocolPin.class,
                            usual ->
                                    table -> {
                                        NetlinkKernelConfig pinned = usual.pin(table);
                                        return pinned != null
                                                ? pinned
                                                : NetlinkKernelConfig.DEFAULT;
                                    })
                    .build();

    private static final Variant LISTENERS_FREED_AT_ONCE =
            Variant.historicalBug("NL-05", "a protocol's listeners are freed under their readers")
                    .category(Category.RACE)
                    .wrong("netlink_release() frees the bitmap without waiting for a grace period")
                    .order("netlink_has_listeners() loads it | the kernel's socket goes | it reads")
                    .consequence("use after free of the bitmap")
                    .replace(ReleasedListeners.class, usual -> (kernel, free) -> free.run())
                    .build();

    private static final Variant LISTENERS_REPLACED_AT_ONCE =
            Variant.historicalBug("NL-05a", "listeners that are replaced are freed under readers")
                    .category(Category.RACE)
                    .wrong("netlink_change_ngroups() frees the old bitmap at once")
                    .order("netlink_has_listeners() loads it | more groups are made | it reads")
                    .consequence("use after free of the bitmap")
                    .replace(ReplacedListeners.class, usual -> (kernel, free) -> free.run())
                    .build();

    private static final Variant OPENER_FORGOTTEN =
            Variant.historicalBug("NL-14", "who opened the socket does not matter")
                    .wrong("a request's privilege is that of its sender alone")
                    .order("an unprivileged process opens, a privileged one is made to write to it")
                    .consequence("what the privileged one writes is a request that it never meant")
                    .profiles(Profile.V6_1)
                    .replace(
                            RequestRight.class, usual -> (kernel, skb) -> kernel.currentIsCapable())
                    .build();

    private static final Variant FAILED_BIND_BINDS =
            Variant.historicalBug("NL-51", "a bind that fails counts as one")
                    .wrong("netlink_insert() does not take the port id back that was taken")
                    .order("bind to a port id in use, then to a free one")
                    .consequence("the second bind is EINVAL, and sends bear the other's port id")
                    .replace(FailedInsert.class, usual -> NetlinkSock::setBound)
                    .build();

    private static final Variant ONE_ROVER =
            Variant.historicalBug("NL-53", "automatic port ids can be foretold")
                    .wrong("netlink_autobind() counts down one number, that of all protocols")
                    .order("a process binds a second socket automatically")
                    .consequence("anybody knows the port ids to come, and can take them before")
                    .replace(
                            Rover.class,
                            usual -> {
                                AtomicInteger rover = new AtomicInteger(NetlinkBind.ROVER_START);
                                return (bind, last) -> rover.decrementAndGet();
                            })
                    .build();

    private static final Variant RELEASE_UNTOLD =
            Variant.historicalBug("NL-54", "the close of a member of a group is not told")
                    .wrong("netlink_release() notifies only of sockets without subscriptions")
                    .order("a socket binds, joins a group and closes")
                    .consequence("what others keep for its port id stays, and is the next one's")
                    .replace(
                            ReleaseNotice.class,
                            usual -> sk -> usual.isDue(sk) && sk.subscriptions() == 0)
                    .build();

    private static final Variant SHORT_CONNECT_ADDRESS =
            Variant.historicalBug("NL-55", "netlink_connect() reads beyond a short address")
                    .category(Category.CONTEXT)
                    .wrong("only the length of the family is looked at")
                    .order("connect() with an address of 2 to 11 bytes")
                    .consequence("the socket is connected to what the kernel's stack holds")
                    .replace(
                            ConnectAddress.class,
                            usual ->
                                    (sk, address) -> {
                                        DeliveryVariants.reportShort(
                                                sk, "netlink_connect()", address);
                                        return true;
                                    })
                    .build();

    private static final Variant GROUPS_BEYOND =
            Variant.historicalBug("NL-57", "a socket joins groups that there are not")
                    .wrong("bits beyond the protocol's groups are set and counted")
                    .order("NETLINK_ADD_MEMBERSHIP of a group above the last one")
                    .consequence("the join succeeds, and nothing ever comes of it")
                    .replace(
                            KnownGroup.class,
                            usual ->
                                    (sk, group) ->
                                            group != 0
                                                    && Integer.compareUnsigned(
                                                                    group - 1,
                                                                    NetlinkSockets.groupBytes(
                                                                                    sk.ngroups())
                                                                            * Byte.SIZE)
                                                            < 0)
                    .build();

    private static final Variant BIT_FOR_GROUP =
            Variant.historicalBug("NL-58", "a bind asks for the bit's number, not the group's")
                    .wrong("netlink_bind() hands the protocol's owner numbers from 0")
                    .order("bind with a mask, where the protocol's owner decides by group")
                    .consequence("it refuses what it allows, and allows what it refuses")
                    .replace(AskedGroup.class, usual -> bit -> bit)
                    .build();

    private static final Variant HOOKS_BALANCE =
            Variant.repair("NL-59", "a protocol's owner is told of each change once")
                    .wrong(
                            "netlink_bind() and netlink_setsockopt() tell of groups that the socket"
                                    + " is in already, or is not in, and not of those that a bind"
                                    + " leaves")
                    .order("a group is joined twice and left once")
                    .consequence("an owner that counts its listeners counts wrong")
                    .replace(
                            HookCalls.class,
                            usual ->
                                    new HookCalls() {
                                        @Override
                                        public boolean isTold(
                                                NetlinkSock sk, int group, boolean join) {
                                            return sk.isMember(group) != join;
                                        }

                                        @Override
                                        public void replaced(
                                                NetlinkGroups groups,
                                                NetlinkSock sk,
                                                int before,
                                                int after) {
                                            groups.tellLeft(sk, before & ~after);
                                        }
                                    })
                    .build();

    private static final Variant LIST_TOO_SHORT =
            Variant.historicalBug("NL-61", "the list of memberships is said to be too short")
                    .wrong("NETLINK_LIST_MEMBERSHIPS rounds the number of groups down to bytes")
                    .order("a protocol with 33 groups, one of which above 32 is joined")
                    .consequence("the last groups do not show in the length, and so not at all")
                    .replace(
                            MembershipBytes.class,
                            usual ->
                                    groups ->
                                            (groups / Byte.SIZE + Integer.BYTES - 1)
                                                    / Integer.BYTES
                                                    * Integer.BYTES)
                    .build();

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                NO_PIN,
                LISTENERS_FREED_AT_ONCE,
                LISTENERS_REPLACED_AT_ONCE,
                OPENER_FORGOTTEN,
                FAILED_BIND_BINDS,
                ONE_ROVER,
                RELEASE_UNTOLD,
                SHORT_CONNECT_ADDRESS,
                GROUPS_BEYOND,
                BIT_FOR_GROUP,
                HOOKS_BALANCE,
                LIST_TOO_SHORT);
    }
}
