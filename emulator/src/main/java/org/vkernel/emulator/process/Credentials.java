package org.vkernel.emulator.process;

/**
 * Who a process acts as. Immutable, as Linux's are once they are in use: a change makes new ones.
 *
 * <p>Models {@code struct cred} (include/linux/cred.h). All ids are unsigned. The file system ids
 * follow the effective ones, for nothing sets them by themselves.
 *
 * @param ruid the real user id
 * @param euid the effective one; 0 has all capabilities
 * @param suid the saved one
 * @param rgid the real group id
 * @param egid the effective one
 * @param sgid the saved one
 */
public record Credentials(int ruid, int euid, int suid, int rgid, int egid, int sgid) {
    /** As an argument of {@code setreuid()} and its kin: leave this one as it is. */
    public static final int KEEP = -1;

    /** All user ids {@code uid}, all group ids {@code gid}. */
    public static Credentials of(int uid, int gid) {
        return new Credentials(uid, uid, uid, gid, gid, gid);
    }

    /** {@code capable()}: user 0 has every capability, others none. */
    public boolean isCapable() {
        return euid == 0;
    }

    Credentials withUids(int real, int effective, int saved) {
        return new Credentials(real, effective, saved, rgid, egid, sgid);
    }

    Credentials withGids(int real, int effective, int saved) {
        return new Credentials(ruid, euid, suid, real, effective, saved);
    }

    boolean hasUidsOf(Credentials other) {
        return ruid == other.ruid && euid == other.euid && suid == other.suid;
    }

    boolean hasGidsOf(Credentials other) {
        return rgid == other.rgid && egid == other.egid && sgid == other.sgid;
    }
}
