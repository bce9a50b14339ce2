package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.skb.SkBuffs;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.core.DeliveryPolicies.DefaultCreds;
import org.vkernel.netlink.core.DeliveryPolicies.SendAddress;
import org.vkernel.netlink.core.DeliveryPolicies.SendRight;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * What happens when a process sends.
 *
 * <p>Models {@code netlink_sendmsg()}.
 */
public final class NetlinkSendPath {
    /** What of the send buffer's size a message may not use. */
    private static final int SNDBUF_SLACK = 32;

    /** Notes in an sk_buff that its sender gave an address ({@code NETLINK_SKB_DST}). */
    static final int SKB_DST = 0x8;

    private final Netlink netlink;
    private final SkBuffs skbs;
    private final SendAddress sendAddress;
    private final SendRight sendRight;
    private final DefaultCreds defaultCreds;

    /** Whether an empty message has been logged; a lost update logs it twice at worst. */
    private boolean warnedOfEmpty;

    NetlinkSendPath(Netlink netlink) {
        this.netlink = netlink;
        this.skbs = netlink.kernel().skbs();
        Variants variants = netlink.kernel().variants();
        this.sendAddress = variants.policy(SendAddress.class, SendAddress.USUAL);
        this.sendRight = variants.policy(SendRight.class, SendRight.USUAL);
        this.defaultCreds = variants.policy(DefaultCreds.class, DefaultCreds.USUAL);
    }

    /**
     * Sends a copy of {@code length} bytes.
     *
     * <p>Models {@code netlink_sendmsg()}. The checks come in this order: MSG_OOB, length 0,
     * control messages, a bad address, permission, automatic bind, length. A send to a group goes
     * to its members first, whose fate the sender is not told; its result is that of the unicast to
     * the port id.
     *
     * <p>Context: process. Sleeps: may, without {@code MSG_DONTWAIT} for room too.
     *
     * @param to the receiver; null: whom the socket is connected to
     * @param control its control messages; null for none
     * @return how many bytes were delivered; {@code -EOPNOTSUPP}, {@code -ENODATA}, {@code
     *     -EINVAL}, {@code -EPERM}, {@code -EMSGSIZE}, {@code -ENOBUFS}, {@code -EFAULT} for bytes
     *     outside of {@code data}, or what {@link Netlink#unicast} says
     */
    public int sendmsg(
            Task running,
            NetlinkSock sk,
            UserProcess process,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control) {
        if ((flags & MsgFlag.MSG_OOB) != 0) {
            return -Errno.EOPNOTSUPP;
        }
        if (length == 0) {
            warnOfEmpty();
            return -Errno.ENODATA;
        }
        ScmCookie scm = null;
        if (control != null) {
            scm = new ScmCookie(process);
            int error = scm.send(control);
            if (error != 0) {
                return error;
            }
        }
        int portid;
        int group;
        int notes = 0;
        if (to != null) {
            if (!sendAddress.isTaken(sk, to)) {
                return -Errno.EINVAL;
            }
            portid = to.pid();
            group = NetlinkBind.lowestGroup(to.groups());
            if (sendRight.isNeeded(portid, group)
                    && !netlink.isAllowed(sk, NetlinkKernelConfig.NONROOT_SEND)) {
                return -Errno.EPERM;
            }
            notes = SKB_DST;
        } else {
            portid = sk.dstPortid();
            group = sk.dstGroup();
        }
        if (!sk.isBound()) {
            int error = netlink.bind().autobind(sk);
            if (error != 0) {
                return error;
            }
        }
        if (length > sk.sndbuf() - SNDBUF_SLACK) {
            return -Errno.EMSGSIZE;
        }
        SkBuff skb = skbs.allocForSend(running, length, group != 0);
        if (skb == null) {
            return -Errno.ENOBUFS;
        }
        if (offset < 0 || length > data.length - offset) {
            skb.free("NOT_SPECIFIED");
            return -Errno.EFAULT;
        }
        skb.setPortid(sk.portid());
        skb.setDstGroup(group);
        if (scm == null) {
            defaultCreds.give(skb, process);
        } else {
            skb.setCreds(scm.creds().pid(), scm.creds().uid(), scm.creds().gid());
        }
        skb.setCbFlags(notes);
        skb.putData(data, offset, length);
        netlink.trace().send(sk, portid, group, length);
        if (group != 0) {
            skb.get();
            var _ =
                    netlink.broadcastPath()
                            .send(running, sk, skb, portid, group, GfpMask.KERNEL, null, null);
        }
        boolean nonblock = (flags & MsgFlag.MSG_DONTWAIT) != 0;
        return netlink.unicastPath().send(running, sk, skb, portid, nonblock);
    }

    /** Linux logs the first empty message, once per boot. */
    private void warnOfEmpty() {
        if (!warnedOfEmpty) {
            warnedOfEmpty = true;
            netlink.kernel().printk(LogLevel.WARNING, "Zero length message leads to an empty skb");
        }
    }
}
